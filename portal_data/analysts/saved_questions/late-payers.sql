with paid as (
    select invoice_id, max(date) as paid_on
      from settlements
     where kind in ('Payment', 'Retainer')
     group by invoice_id
), timed as (
    select i.customer_id, i.customer,
           case when i.balance = 0 then p.paid_on else a.day end - i.due_date as days_late
      from invoices i
      cross join about a
      left join paid p on p.invoice_id = i.id
     where i.is_posted and i.written_off = 0
       and (i.balance = 0 and p.paid_on is not null or i.status = 'Overdue')
)
select customer, count(*) as invoices, round(avg(days_late), 1) as days_late_on_average,
       max(days_late) as days_late_at_most,
       round(100.0 * count(*) filter (days_late > 0) / count(*)) as percent_late
  from timed
 group by customer_id, customer
having count(*) >= 3
 order by days_late_on_average desc, customer
