select month_end, currency_code, sum(open_invoices) as owed, sum(overdue) as overdue
  from month_end_balances
 where month_end >= (select date_trunc('month', day) - interval 12 month from about)
 group by month_end, currency_code
 order by currency_code, month_end
