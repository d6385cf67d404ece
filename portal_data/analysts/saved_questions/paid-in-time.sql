with settled as (
    select invoice_id,
           sum(amount) filter (kind = 'Credit note') as credited,
           sum(amount) filter (kind not in ('Credit note', 'Written off')) as paid,
           sum(amount) filter (kind not in ('Credit note', 'Written off')
               and date - invoice_date <= 30) as in_30,
           sum(amount) filter (kind not in ('Credit note', 'Written off')
               and date - invoice_date <= 60) as in_60,
           sum(amount) filter (kind not in ('Credit note', 'Written off')
               and date - invoice_date <= 90) as in_90
      from settlements
     group by invoice_id
), months as (
    select date_trunc('month', i.date) as month, i.currency_code, sum(i.total) as billed,
           coalesce(sum(s.credited), 0) as credited, coalesce(sum(s.paid), 0) as paid,
           coalesce(sum(s.in_30), 0) as in_30, coalesce(sum(s.in_60), 0) as in_60,
           coalesce(sum(s.in_90), 0) as in_90
      from invoices i
      left join settled s on s.invoice_id = i.id
     where i.is_posted
     group by month, i.currency_code
)
select month, currency_code, billed, credited,
       round(100 * in_30 / (billed - credited)) as paid_in_30,
       round(100 * in_60 / (billed - credited)) as paid_in_60,
       round(100 * in_90 / (billed - credited)) as paid_in_90,
       round(100 * paid / (billed - credited)) as paid_so_far
  from months
 where billed > credited
 order by currency_code, month
