select e.currency_code, count(*) as written,
       count(*) filter (e.status in ('Accepted', 'Invoiced')) as won,
       count(*) filter (e.status in ('Declined', 'Expired')) as lost,
       count(*) filter (e.status = 'Open') as waiting,
       round(100.0 * count(*) filter (e.status in ('Accepted', 'Invoiced'))
           / nullif(count(*) filter (e.status <> 'Open'), 0)) as percent_won,
       sum(e.total) filter (e.status in ('Accepted', 'Invoiced')) as value_won,
       median(date_diff('day', e.sent_at, e.accepted_at)) as days_to_yes
  from estimates e
 where e.status <> 'Draft'
 group by e.currency_code
 order by e.currency_code
