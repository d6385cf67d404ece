select customer, project, currency_code, count(*) as entries, round(sum(minutes) / 60, 2) as hours,
       sum(value) as worth, min(date) as oldest
  from time_entries
 where billable and not billed
 group by customer_id, customer, project_id, project, currency_code
 order by currency_code, worth desc nulls last
