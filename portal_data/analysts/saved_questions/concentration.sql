with sold as (
    select customer_id, customer, total_base from invoices where is_posted
    union all
    select customer_id, customer, -total_base from credit_notes where is_posted
), customers as (
    select customer_id, customer, sum(total_base) as billed
      from sold
     group by customer_id, customer
    having sum(total_base) > 0
)
select customer, currency_code, billed, round(100 * billed / sum(billed) over (), 1) as percent,
       round(100 * sum(billed) over (order by billed desc, customer_id rows unbounded preceding)
           / sum(billed) over (), 1) as percent_so_far
  from customers cross join (select currency_code from about)
 order by billed desc, customer_id
