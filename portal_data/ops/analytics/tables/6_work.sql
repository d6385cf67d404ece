-- Projects and the time worked on them. What an hour costs the business is not published.

create table projects as
    select p.id, p.customer_id, c.name as customer, p.name, p.code, p.description,
        p.billing_method, label(p.status) as status, p.currency_code,
        major(p.fixed_cost_minor, m.unit) as fixed_price, p.rate, p.budget_kind,
        major(p.budget_minor, m.unit) as budget_amount,
        (p.budget_minutes / 60)::decimal(18,2) as budget_hours, p.approvals_enabled, p.created_at,
        p.updated_at
    from source_projects p
    join customers c on c.id = p.customer_id
    join currencies m on m.currency_code = p.currency_code;
comment on table projects is 'One row a project.';
comment on column projects.id is 'Key.';
comment on column projects.customer_id is 'Whom it is for: customers.id.';
comment on column projects.customer is 'The customer''s name.';
comment on column projects.name is 'Name.';
comment on column projects.code is 'Short name.';
comment on column projects.description is 'What it is about.';
comment on column projects.billing_method is 'fixed_cost, project_hours, task_hours, staff_hours or daily_rate: whose rate counts.';
comment on column projects.status is 'Active, On hold, Completed or Inactive.';
comment on column projects.currency_code is 'Currency of its amounts and rates.';
comment on column projects.fixed_price is 'Price of the whole, for fixed_cost.';
comment on column projects.rate is 'Price of an hour for project_hours, of a day for daily_rate.';
comment on column projects.budget_kind is 'What the budget limits: cost, hours, task_hours or staff_hours.';
comment on column projects.budget_amount is 'Budget in money.';
comment on column projects.budget_hours is 'Budget in hours.';
comment on column projects.approvals_enabled is 'True when the customer approves the time.';
comment on column projects.created_at is 'When it was set up, UTC.';
comment on column projects.updated_at is 'When it last changed, UTC.';

create table tasks as
    select t.id, t.project_id, p.name as project, p.customer_id, p.customer, t.name, t.description,
        t.rate, (t.budget_minutes / 60)::decimal(18,2) as budget_hours, t.billable,
        label(t.status) as status
    from source_tasks t
    join projects p on p.id = t.project_id;
comment on table tasks is 'One row a task of a project.';
comment on column tasks.id is 'Key.';
comment on column tasks.project_id is 'Its project: projects.id.';
comment on column tasks.project is 'Name of the project.';
comment on column tasks.customer_id is 'The customer: customers.id.';
comment on column tasks.customer is 'The customer''s name.';
comment on column tasks.name is 'Name.';
comment on column tasks.description is 'What is to be done.';
comment on column tasks.rate is 'Price of an hour, for task_hours.';
comment on column tasks.budget_hours is 'Budget in hours.';
comment on column tasks.billable is 'True when its time may be billed.';
comment on column tasks.status is 'Active or Completed.';

create table time_entries as
    with rated as (
        select e.id, e.customer_id, p.customer, e.project_id, p.name as project, p.billing_method,
            p.currency_code, e.task_id, t.name as task, e.person_id, w.name as person, e.date,
            e.minutes, e.notes, e.billable, e.billed, e.invoice_id, e.created_at, e.updated_at,
            case p.billing_method
                when 'project_hours' then p.rate
                when 'daily_rate' then p.rate
                when 'task_hours' then coalesce(t.rate, p.rate)
                when 'staff_hours' then coalesce(s.rate, p.rate)
            end as rate,
            case p.billing_method when 'daily_rate' then 'day' when 'fixed_cost' then null
                else 'hour' end as rate_per
        from source_time_entries e
        join projects p on p.id = e.project_id
        join people w on w.id = e.person_id
        left join tasks t on t.id = e.task_id
        left join source_project_people s on s.project_id = e.project_id and s.person_id = e.person_id
    )
    select id, customer_id, customer, project_id, project, task_id, task, person_id, person, date,
        minutes, (minutes / 60)::decimal(18,2) as hours, notes, billable, billed, invoice_id,
        currency_code, rate, rate_per,
        case when billable
            then (minutes * rate / case rate_per when 'day' then 480 else 60 end)::decimal(18,4)
        end as value,
        created_at, updated_at
    from rated;
comment on table time_entries is 'One row a stretch of time somebody worked.';
comment on column time_entries.id is 'Key.';
comment on column time_entries.customer_id is 'Whom it was for: customers.id.';
comment on column time_entries.customer is 'The customer''s name.';
comment on column time_entries.project_id is 'Its project: projects.id.';
comment on column time_entries.project is 'Name of the project.';
comment on column time_entries.task_id is 'Its task: tasks.id.';
comment on column time_entries.task is 'Name of the task.';
comment on column time_entries.person_id is 'Who worked: people.id.';
comment on column time_entries.person is 'Who worked.';
comment on column time_entries.date is 'Day.';
comment on column time_entries.minutes is 'Minutes: exact, so add these.';
comment on column time_entries.hours is 'The same in hours, rounded to two decimals.';
comment on column time_entries.notes is 'What was done.';
comment on column time_entries.billable is 'True when it may be billed.';
comment on column time_entries.billed is 'True when it stands on an invoice.';
comment on column time_entries.invoice_id is 'That invoice: invoices.id.';
comment on column time_entries.currency_code is 'Currency of rate and value.';
comment on column time_entries.rate is 'Agreed price by the project''s billing method; empty for a fixed price.';
comment on column time_entries.rate_per is 'What the rate is for: hour, or day (of eight hours).';
comment on column time_entries.value is 'Billable time at that rate, before rounding on an invoice.';
comment on column time_entries.created_at is 'When it was recorded, UTC.';
comment on column time_entries.updated_at is 'When it last changed, UTC.';

create table approvals as
    select a.id, a.customer_id, c.name as customer, a.project_id, p.name as project, a.name,
        case a.status when 'submitted' then 'Pending' else label(a.status) end as status,
        (a.total_minutes / 60)::decimal(18,2) as hours, a.period_from, a.period_to,
        a.submitted_at, a.decided_at, a.reason, a.created_at, a.updated_at
    from source_approvals a
    join customers c on c.id = a.customer_id
    left join projects p on p.id = a.project_id;
comment on table approvals is 'One row a timesheet that a customer was or will be asked to approve.';
comment on column approvals.id is 'Key.';
comment on column approvals.customer_id is 'Who decides: customers.id.';
comment on column approvals.customer is 'The customer''s name.';
comment on column approvals.project_id is 'Its project: projects.id.';
comment on column approvals.project is 'Name of the project.';
comment on column approvals.name is 'Name of the timesheet.';
comment on column approvals.status is 'Draft, Pending, Approved, Rejected or Partly approved, as the portal shows it.';
comment on column approvals.hours is 'Hours in it.';
comment on column approvals.period_from is 'First day it covers.';
comment on column approvals.period_to is 'Last day it covers.';
comment on column approvals.submitted_at is 'When the customer got it, UTC.';
comment on column approvals.decided_at is 'When the customer decided, UTC.';
comment on column approvals.reason is 'Why it was rejected, in the customer''s words.';
comment on column approvals.created_at is 'When it was put together, UTC.';
comment on column approvals.updated_at is 'When it last changed, UTC.';

create table approval_entries as
    select approval_id, time_entry_id, label(decision) as decision, reason
    from source_approval_entries;
comment on table approval_entries is 'One row a time entry of a timesheet, with what was decided about it.';
comment on column approval_entries.approval_id is 'The timesheet: approvals.id.';
comment on column approval_entries.time_entry_id is 'The entry: time_entries.id.';
comment on column approval_entries.decision is 'Approved, Rejected or Queried; empty when the whole was decided.';
comment on column approval_entries.reason is 'Why, in the customer''s words.';
