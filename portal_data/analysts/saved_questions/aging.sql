select customer, currency_code,
       sum(open_amount) filter (bucket = 'not due') as not_due,
       sum(open_amount) filter (bucket = '1-30') as "1-30",
       sum(open_amount) filter (bucket = '31-60') as "31-60",
       sum(open_amount) filter (bucket = '61-90') as "61-90",
       sum(open_amount) filter (bucket = 'over 90') as "over 90",
       sum(disputed) as disputed, sum(open_amount) as owed
  from aging
 group by customer_id, customer, currency_code
 order by currency_code, owed desc
