select date_trunc('month', i.date) as month, a.currency_code, sum(i.total_base) as billed
  from invoices i cross join about a
 where i.is_posted
 group by month, a.currency_code
 order by month
