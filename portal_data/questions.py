"""Ten questions that a business asks of its published books: the SQL, and how an answer is read.

Each is a question of docs/analysts.md, word for word: a test compares them.
"""

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a column of an answer holds; any cell may be None."""

    TEXT = "text"
    CURRENCY = "currency"
    """The ISO 4217 code of the row's amounts."""
    DATE = "date"
    MONTH = "month"
    """The first day of a month."""
    MONEY = "money"
    """Decimals in major units of the row's currency."""
    NUMBER = "number"
    PERCENT = "percent"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an answer: its name in SQL, and the name people read."""

    name: str
    label: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Chart:
    """How an answer is drawn: `bars` lie, with a row each; `columns` and `lines` follow time."""

    kind: str
    along: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One question, under a name for addresses."""

    slug: str
    title: str
    note: str
    sql: str
    columns: tuple[Column, ...]
    chart: Chart


_AGING = Question(
    slug="aging",
    title="Who owes how much, by age?",
    note=(
        "The further right, the less likely it is to come in. The last column is what the "
        "portal's Home calls outstanding."
    ),
    sql="""
select customer, currency_code,
       sum(open_amount) filter (bucket = 'not due') as not_due,
       sum(open_amount) filter (bucket = '1-30') as "1-30",
       sum(open_amount) filter (bucket = '31-60') as "31-60",
       sum(open_amount) filter (bucket = '61-90') as "61-90",
       sum(open_amount) filter (bucket = 'over 90') as "over 90",
       sum(open_amount) as owed
  from aging
 group by customer_id, customer, currency_code
 order by currency_code, owed desc
""",
    columns=(
        Column("customer", "Customer", Kind.TEXT),
        Column("currency_code", "Currency", Kind.CURRENCY),
        Column("not_due", "Not due", Kind.MONEY),
        Column("1-30", "1–30 days", Kind.MONEY),
        Column("31-60", "31–60 days", Kind.MONEY),
        Column("61-90", "61–90 days", Kind.MONEY),
        Column("over 90", "Over 90 days", Kind.MONEY),
        Column("owed", "Owed", Kind.MONEY),
    ),
    chart=Chart("bars", "customer", ("not_due", "1-30", "31-60", "61-90", "over 90")),
)

_MONTH_ENDS = Question(
    slug="month-ends",
    title="What was owed at the end of each of the last twelve months?",
    note=("Each row is the books as they stood that evening: later payments are not in it."),
    sql="""
select month_end, currency_code, sum(open_invoices) as owed, sum(overdue) as overdue
  from month_end_balances
 where month_end >= (select date_trunc('month', day) - interval 12 month from about)
 group by month_end, currency_code
 order by currency_code, month_end
""",
    columns=(
        Column("month_end", "Month end", Kind.DATE),
        Column("currency_code", "Currency", Kind.CURRENCY),
        Column("owed", "Owed", Kind.MONEY),
        Column("overdue", "Of it overdue", Kind.MONEY),
    ),
    chart=Chart("columns", "month_end", ("owed", "overdue")),
)

_PAID_IN_TIME = Question(
    slug="paid-in-time",
    title="Which share of each month's invoices was paid within 30, 60 and 90 days?",
    note=(
        "Of what was to be paid: what was credited is taken off first. Read along a row "
        "for one month's invoices, down a column for the trend. The newest months have "
        "not had their time."
    ),
    sql="""
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
""",
    columns=(
        Column("month", "Month", Kind.MONTH),
        Column("currency_code", "Currency", Kind.CURRENCY),
        Column("billed", "Billed", Kind.MONEY),
        Column("credited", "Credited", Kind.MONEY),
        Column("paid_in_30", "In 30 days", Kind.PERCENT),
        Column("paid_in_60", "In 60 days", Kind.PERCENT),
        Column("paid_in_90", "In 90 days", Kind.PERCENT),
        Column("paid_so_far", "So far", Kind.PERCENT),
    ),
    chart=Chart("lines", "month", ("paid_in_30", "paid_in_60", "paid_in_90")),
)

_LATE_PAYERS = Question(
    slug="late-payers",
    title="Who pays late, and by how much?",
    note=(
        "By the last payment of each invoice; what is overdue and open counts with its "
        "days so far. Negative days were paid early. Three invoices are the least that "
        "says anything."
    ),
    sql="""
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
""",
    columns=(
        Column("customer", "Customer", Kind.TEXT),
        Column("invoices", "Invoices", Kind.WHOLE),
        Column("days_late_on_average", "Days late on average", Kind.NUMBER),
        Column("days_late_at_most", "At most", Kind.WHOLE),
        Column("percent_late", "Late", Kind.PERCENT),
    ),
    chart=Chart("bars", "customer", ("days_late_on_average",)),
)

_BILLED = Question(
    slug="billed",
    title="What was billed in each month, in the business's own currency?",
    note=(
        "Every invoice converted at the rate it was written with: the only way to add currencies."
    ),
    sql="""
select date_trunc('month', i.date) as month, a.currency_code, sum(i.total_base) as billed
  from invoices i cross join about a
 where i.is_posted
 group by month, a.currency_code
 order by month
""",
    columns=(
        Column("month", "Month", Kind.MONTH),
        Column("currency_code", "Currency", Kind.CURRENCY),
        Column("billed", "Billed", Kind.MONEY),
    ),
    chart=Chart("columns", "month", ("billed",)),
)

_BEST_SELLERS = Question(
    slug="best-sellers",
    title="What sells best?",
    note=(
        "What was credited is taken off. After the discounts of lines, before those of "
        "whole documents."
    ),
    sql="""
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
""",
    columns=(
        Column("name", "Article", Kind.TEXT),
        Column("currency_code", "Currency", Kind.CURRENCY),
        Column("invoices", "Invoices", Kind.WHOLE),
        Column("quantity", "Quantity", Kind.NUMBER),
        Column("sold", "Sold", Kind.MONEY),
    ),
    chart=Chart("bars", "name", ("sold",)),
)

_ESTIMATES = Question(
    slug="estimates",
    title="How many estimates become orders?",
    note=("The share is of those that were decided: what still waits says nothing yet."),
    sql="""
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
""",
    columns=(
        Column("currency_code", "Currency", Kind.CURRENCY),
        Column("written", "Written", Kind.WHOLE),
        Column("won", "Won", Kind.WHOLE),
        Column("lost", "Lost", Kind.WHOLE),
        Column("waiting", "Waiting", Kind.WHOLE),
        Column("percent_won", "Won of decided", Kind.PERCENT),
        Column("value_won", "Value won", Kind.MONEY),
        Column("days_to_yes", "Days to yes", Kind.NUMBER),
    ),
    chart=Chart("bars", "currency_code", ("won", "lost", "waiting")),
)

_UNBILLED_TIME = Question(
    slug="unbilled-time",
    title="Which time is worked and not yet billed?",
    note=("Money on the table; `worth` is empty where the project has a fixed price."),
    sql="""
select customer, project, currency_code, count(*) as entries, round(sum(minutes) / 60, 2) as hours,
       sum(value) as worth, min(date) as oldest
  from time_entries
 where billable and not billed
 group by customer_id, customer, project_id, project, currency_code
 order by currency_code, worth desc nulls last
""",
    columns=(
        Column("customer", "Customer", Kind.TEXT),
        Column("project", "Project", Kind.TEXT),
        Column("currency_code", "Currency", Kind.CURRENCY),
        Column("entries", "Entries", Kind.WHOLE),
        Column("hours", "Hours", Kind.NUMBER),
        Column("worth", "Worth", Kind.MONEY),
        Column("oldest", "Oldest", Kind.DATE),
    ),
    chart=Chart("bars", "project", ("worth",)),
)

_CONCENTRATION = Question(
    slug="concentration",
    title="How concentrated is the business?",
    note=(
        "In the business's own currency, less what was credited. When two names reach "
        "eighty per cent, they are the business."
    ),
    sql="""
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
""",
    columns=(
        Column("customer", "Customer", Kind.TEXT),
        Column("currency_code", "Currency", Kind.CURRENCY),
        Column("billed", "Billed", Kind.MONEY),
        Column("percent", "Share", Kind.PERCENT),
        Column("percent_so_far", "Running share", Kind.PERCENT),
    ),
    chart=Chart("bars", "customer", ("billed",)),
)

_VIEWS = Question(
    slug="views",
    title="Do customers look at what they are sent?",
    note=(
        "Of invoices that count. Those that nobody has opened are worth a call before "
        "they are overdue."
    ),
    sql="""
select customer, count(*) as sent, count(first_viewed_at) as viewed,
       round(100.0 * count(first_viewed_at) / count(*)) as percent_viewed,
       median(date_diff('hour', sent_at, first_viewed_at)) as hours_to_first_view
  from invoices
 where is_posted and sent_at is not null
 group by customer_id, customer
 order by percent_viewed, customer
""",
    columns=(
        Column("customer", "Customer", Kind.TEXT),
        Column("sent", "Sent", Kind.WHOLE),
        Column("viewed", "Viewed", Kind.WHOLE),
        Column("percent_viewed", "Viewed", Kind.PERCENT),
        Column("hours_to_first_view", "Hours to the first view", Kind.NUMBER),
    ),
    chart=Chart("bars", "customer", ("percent_viewed",)),
)

QUESTIONS = {
    each.slug: each
    for each in (
        _AGING,
        _MONTH_ENDS,
        _PAID_IN_TIME,
        _LATE_PAYERS,
        _BILLED,
        _BEST_SELLERS,
        _ESTIMATES,
        _UNBILLED_TIME,
        _CONCENTRATION,
        _VIEWS,
    )
}
"""The questions by their names, in the order they are offered."""
