"""Failed mail as a list: to whom, why it failed, and what to do."""

from components.lists import listing
from components.lists.listing import Request
from components.lists.record_list import Cell, Column, Empty, Pill, Row
from components.ui import format as say
from components.ui import links
from portal_data.business.organisation import Organisation
from portal_data.clock import local_time
from portal_data.ids import BUSINESS
from portal_data.lists import Page
from portal_data.messaging import failed_mail
from portal_data.messaging.failed_mail import FailedMail, Filter, Sort


def what_to_do(mail: FailedMail) -> str:
    """Return what staff can do about a mail, in one sentence."""
    if mail.status != "failed":
        return "It is tried again by itself."
    if not mail.resendable and mail.bounced:
        return "The address takes no mail: correct it. Its link works no more, so invite again."
    if not mail.resendable:
        return "Its link works no more: invite the person again, or let them ask for a new link."
    if mail.bounced:
        return "The address takes no mail: correct it, or send again once it works."
    return "Send it again once the cause is mended."


def row(mail: FailedMail, business: Organisation) -> Row:
    """Return a mail as a row that opens its customer."""
    moment = local_time(mail.created_at, business.timezone)
    pills = [Pill("Failed", "red") if mail.status == "failed" else Pill("Waiting", "orange")]
    if mail.bounced:
        pills.append(Pill("Address bounces", "red"))
    return Row(
        links.customer(mail.customer_id) if mail.customer_id != BUSINESS else "",
        (
            Cell(mail.to or mail.kind, note=mail.customer),
            Cell(mail.subject),
            Cell(what_to_do(mail), note=mail.error),
            f"{say.day(moment.date(), business.locale)}, {moment:%H:%M}",
            Cell(pills=tuple(pills)),
        ),
    )


def empty(request: Request, page: Page[FailedMail, Filter]) -> Empty:
    """Return what is said in place of rows."""
    if request.query.filter is Filter.WAITING:
        return Empty("Nothing waits", "What cannot be sent for a while is tried again by itself.")
    return Empty("No mail has failed", "What cannot be sent appears here, with what to do.")


SCREEN = listing.Screen(
    list=failed_mail.LIST,
    path="mail",
    title="Mail",
    exported=False,
    filters={Filter.FAILED: "Failed", Filter.WAITING: "Tried again"},
    orders={Sort.NEWEST: "Newest"},
    columns=(
        Column("To", "top-start", link=True, people=True),
        Column("Subject", "middle-start", people=True),
        Column("What to do", "below", wide=True, people=True),
        Column("Written", "bottom-start"),
        Column("Status", "bottom-end"),
    ),
    row=row,
    empty=empty,
)
