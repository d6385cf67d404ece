"""The kinds of documents, each declared once: what everything else needs to know of it.

A kind's rows and rules are a module of their own, and so are its screens; see
docs/decisions/0020 for the files that a new kind touches. The texts are SQL over the columns of
the kind's table, on the day `$today`, in which no value stands that anybody typed.
"""

from dataclasses import dataclass

from portal_data.text.language import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of document, with what differs between kinds."""

    key: str
    """The address of its screen and of its PDF, and its name in staff's lists."""
    path: str
    """The address of its list, and of the files of that."""
    record: str
    """How events, activity and counted views name it."""
    table: str
    title: str
    plural: str
    heading: str = ""
    """What its list is called on the screen, where that is not the plural."""
    icon: str = ""
    """The symbol of its entry in the navigation, where it has one."""
    short: str = ""
    """What staff call it in a list of all kinds, where that is shorter."""
    menu: str = ""
    """The list whose entry of the navigation leads here, where that is another one's."""
    status: str
    """The status as customers are told it, in lower case: derived of what is stored."""
    subject: str = "coalesce(subject, reference)"
    total: str = "total_minor"
    left: str = "null"
    """What is open of it, or unused of money received."""
    joined: str = ""
    """What its subject needs beside its table."""
    viewed: str = ""
    """What a customer's first look at it is in a history, where it is the business's to send, so
    that it matters who has viewed it; see `messaging.events`."""
    questionable: bool = False
    """Whether its payment can be in question; see `Status` of invoices."""

    @property
    def list_title(self) -> str:
        """What its list is called on the screen."""
        return self.heading or self.plural

    @property
    def name(self) -> str:
        """What staff call one of it."""
        return self.short or self.title

    @property
    def names(self) -> str:
        """What staff call several of it."""
        return f"{self.short}s" if self.short else self.plural


OWED = "status = 'sent' and balance_minor > 0"
"""Whether something is open of an invoice or a retainer invoice."""
OVERDUE = f"{OWED} and in_question_minor = 0 and due_date < $today"
"""Whether it is late: what is in question is asked of nobody."""
_PAYMENT_STATUS = """case
            when status <> 'sent' then status
            when balance_minor = 0 then 'paid'
            when in_question_minor > 0 then 'in_question'
            when due_date < $today then 'overdue'
            when balance_minor < total_minor then 'partially_paid'
            else 'unpaid'
        end"""
UNPAID = "status in ('unpaid', 'partially_paid', 'overdue', 'in_question')"
"""Whether something is open, of the status as it is told. So are the next two."""
PARTIALLY_PAID = f"{UNPAID} and balance_minor < total_minor"
PAYMENT_STATES = f"""{PARTIALLY_PAID} as partially_paid,
        case
            when status = 'overdue' then cast($today as date) - due_date else 0
        end as days_overdue"""

ESTIMATE = Kind(
    key="estimate",
    path="estimates",
    record="estimate",
    viewed=N_("{actor} viewed estimate {subject}"),
    table="estimates",
    title=N_("Estimate"),
    plural=N_("Estimates"),
    icon="request_quote",
    status="""case
            when status = 'sent' and expiry_date < $today then 'expired'
            when status = 'sent' then 'open'
            else status
        end""",
)
INVOICE = Kind(
    key="invoice",
    path="invoices",
    record="invoice",
    viewed=N_("{actor} viewed invoice {subject}"),
    table="invoices",
    title=N_("Invoice"),
    plural=N_("Invoices"),
    icon="receipt_long",
    status=_PAYMENT_STATUS,
    left="case when status = 'sent' then balance_minor end",
    questionable=True,
)
PAYMENT = Kind(
    key="payment",
    path="payments",
    record="payment",
    table="payments",
    title=N_("Payment"),
    plural=N_("Payments"),
    heading=N_("Payments made"),
    icon="payments",
    status="case when status = 'succeeded' then 'received' else status end",
    subject="case when reference is null then mode else mode || ' · ' || reference end",
    total="amount_minor",
    left="case when status = 'succeeded' then unused_minor end",
)
RETAINER = Kind(
    key="retainer",
    path="retainers",
    record="retainer_invoice",
    viewed=N_("{actor} viewed retainer invoice {subject}"),
    table="retainer_invoices",
    title=N_("Retainer invoice"),
    plural=N_("Retainer invoices"),
    short=N_("Retainer"),
    menu="invoices",
    status=_PAYMENT_STATUS,
    subject="coalesce(description, reference)",
    left="case when status = 'sent' then balance_minor end",
    joined="""
        left join (
            select retainer_invoice_id, min(description) as description
            from core.retainer_invoice_lines where customer_id = $id and position = 1
            group by retainer_invoice_id
        ) purpose on purpose.retainer_invoice_id = own.id""",
    questionable=True,
)
CREDIT_NOTE = Kind(
    key="credit_note",
    path="credit_notes",
    record="credit_note",
    viewed=N_("{actor} viewed credit note {subject}"),
    table="credit_notes",
    title=N_("Credit note"),
    plural=N_("Credit notes"),
    menu="invoices",
    status="case when status = 'open' and balance_minor = 0 then 'closed' else status end",
    left="case when status = 'open' then balance_minor end",
)

KINDS = {each.key: each for each in (ESTIMATE, INVOICE, PAYMENT, RETAINER, CREDIT_NOTE)}
"""Every kind by its key, in the order of the navigation."""
