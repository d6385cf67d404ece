select customer, count(*) as sent, count(first_viewed_at) as viewed,
       round(100.0 * count(first_viewed_at) / count(*)) as percent_viewed,
       median(date_diff('hour', sent_at, first_viewed_at)) as hours_to_first_view
  from invoices
 where is_posted and sent_at is not null
 group by customer_id, customer
 order by percent_viewed, customer
