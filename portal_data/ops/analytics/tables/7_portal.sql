-- What customers did and said in the portal.

create table reviews as
    select r.id, r.customer_id, c.name as customer, r.contact_id, r.rating, r.body, r.period,
        r.may_publish, r.published_at, r.created_at, r.updated_at
    from source_reviews r
    join customers c on c.id = r.customer_id;
comment on table reviews is 'One row a review by a contact.';
comment on column reviews.id is 'Key.';
comment on column reviews.customer_id is 'The contact''s customer: customers.id.';
comment on column reviews.customer is 'The customer''s name.';
comment on column reviews.contact_id is 'Who wrote it: contacts.id.';
comment on column reviews.rating is '1 (poor) to 5 (excellent).';
comment on column reviews.body is 'The words.';
comment on column reviews.period is 'Which period it is for; a contact has one review in each.';
comment on column reviews.may_publish is 'True when the contact agreed to its publication.';
comment on column reviews.published_at is 'When the business published it, UTC.';
comment on column reviews.created_at is 'When it was written, UTC.';
comment on column reviews.updated_at is 'When it last changed, UTC.';

create table made.parts.activity_compact as
    select nullif(a.customer_id, '00000000-0000-0000-0000-00000000b051'::uuid) as customer_id,
        c.name as customer, a.happened_at, a.event::event_word as event,
        a.subject_kind::subject_word as subject_kind, a.subject_id, a.subject_number,
        a.actor_kind::actor_word as actor_kind, a.actor_name::name_word as actor_name,
        a.currency_code::currency_word as currency_code, major(a.amount_minor, m.unit) as amount,
        a.visible
    from source_activity a
    left join named c on c.id = a.customer_id
    left join currencies m on m.currency_code = a.currency_code;
comment on table made.parts.activity_compact is 'What activity is made of; ask that.';

create view activity as
    select * replace (
        customer::text as customer, event::text as event, subject_kind::text as subject_kind,
        actor_kind::text as actor_kind, actor_name::text as actor_name,
        currency_code::text as currency_code
    )
    from parts.activity_compact;
comment on view activity is 'One row something that happened: views, acceptances, payments, sign-ins.';
comment on column activity.customer_id is 'Whose it is: customers.id; empty when it concerns the business alone.';
comment on column activity.customer is 'The customer''s name.';
comment on column activity.happened_at is 'When, UTC.';
comment on column activity.event is 'What, as noun.done: invoice.viewed, estimate.accepted, contact.signed_in …';
comment on column activity.subject_kind is 'Kind of the document or person it is about.';
comment on column activity.subject_id is 'Its key.';
comment on column activity.subject_number is 'Its number or name.';
comment on column activity.actor_kind is 'contact, staff or system.';
comment on column activity.actor_name is 'Who did it.';
comment on column activity.currency_code is 'Currency of the amount.';
comment on column activity.amount is 'Amount it is about.';
comment on column activity.visible is 'True when the customer sees it too.';

create table document_views as
    select v.customer_id, c.name as customer, v.document_kind, v.document_id, v.contact_id,
        v.contact_name, v.views, v.first_viewed_at, v.last_viewed_at
    from source_document_views v
    join customers c on c.id = v.customer_id;
comment on table document_views is 'One row a contact and document it has opened.';
comment on column document_views.customer_id is 'The contact''s customer: customers.id.';
comment on column document_views.customer is 'The customer''s name.';
comment on column document_views.document_kind is 'estimate, invoice, credit_note or retainer_invoice.';
comment on column document_views.document_id is 'Key of the document in its view.';
comment on column document_views.contact_id is 'Who opened it: contacts.id.';
comment on column document_views.contact_name is 'Their name.';
comment on column document_views.views is 'How often; what is opened again within half an hour is one view.';
comment on column document_views.first_viewed_at is 'When first, UTC.';
comment on column document_views.last_viewed_at is 'When last, UTC.';
