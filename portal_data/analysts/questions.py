"""Ten questions that a business asks of its published books, and how their answers are read.

The SQL of each is in `saved_questions`, word for word that of docs/analysts.md: a test compares.
"""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

_FOLDER = Path(__file__).parent / "saved_questions"


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
    columns: tuple[Column, ...]
    chart: Chart

    @property
    def sql(self) -> str:
        """The query for the published file: that of its name in `saved_questions`."""
        return (_FOLDER / f"{self.slug}.sql").read_text("utf-8")


_AGING = Question(
    slug="aging",
    title="Who owes how much, by age?",
    note=(
        "The older, the less likely it is to come in; what is disputed is a part of it, of any "
        "age. The last column is what the portal's Home calls outstanding."
    ),
    columns=(
        Column("customer", "Customer", Kind.TEXT),
        Column("currency_code", "Currency", Kind.CURRENCY),
        Column("not_due", "Not due", Kind.MONEY),
        Column("1-30", "1–30 days", Kind.MONEY),
        Column("31-60", "31–60 days", Kind.MONEY),
        Column("61-90", "61–90 days", Kind.MONEY),
        Column("over 90", "Over 90 days", Kind.MONEY),
        Column("disputed", "Of it disputed", Kind.MONEY),
        Column("owed", "Owed", Kind.MONEY),
    ),
    chart=Chart("bars", "customer", ("not_due", "1-30", "31-60", "61-90", "over 90")),
)

_MONTH_ENDS = Question(
    slug="month-ends",
    title="What was owed at the end of each of the last twelve months?",
    note=("Each row is the books as they stood that evening: later payments are not in it."),
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
