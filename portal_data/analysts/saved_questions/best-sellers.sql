with sold as (
    select name, currency_code, invoice_id, quantity, total from invoice_lines where is_posted
    union all
    select name, currency_code, null, -quantity, -total from credit_note_lines where is_posted
)
select name, currency_code, count(distinct invoice_id) as invoices, sum(quantity) as quantity,
       sum(total) as sold
  from sold
 group by name, currency_code
having sum(total) > 0
 order by currency_code, sold desc
 limit 25
