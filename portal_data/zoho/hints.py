"""Credits applied to invoices, worked out where an export does not list them.

A single module export has no Creditnotes_Invoice.csv. Credit_Note.csv still names the invoices, and
what is missing between an invoice's total, its payments and its balance says how much.
"""

from collections import Counter

from portal_data import money
from portal_data.zoho.records import Record
from portal_data.zoho.upload import Upload


def infer_applications(upload: Upload) -> None:
    """Add credit applications to an upload that has credit notes but no list of them."""
    if "credit_applications" in upload.modules or "credit_notes" not in upload.modules:
        return
    unexplained = _unexplained(upload)
    refunded: Counter[str] = Counter()
    for record in upload.of("refund"):
        refunded[record.links["credit_number"]] += 1
    for credit in sorted(upload.of("credit note"), key=lambda record: record.values["date"]):
        stated = credit.extra["balance"]
        if stated is None or credit.values["status"] != "open" or refunded[credit.subject]:
            continue
        left = credit.values["total_minor"] - stated
        for number in filter(None, map(str.strip, credit.links["applied_to"].split(","))):
            part = min(left, unexplained[number])
            if part > 0:
                left -= part
                unexplained[number] -= part
                upload.records["credit application"].append(_application(credit, number, part))
        if left > 0:
            amount = money.to_decimal(left, credit.currency)
            upload.reading.findings.warn(
                credit.file,
                f"{amount} of {credit.subject} is used, but the upload does not say where. "
                "Creditnotes_Invoice.csv of a full backup would.",
                row=credit.row,
            )


def _unexplained(upload: Upload) -> Counter[str]:
    """Return what was settled of each invoice beyond the payments in the upload, in minor units."""
    settled: Counter[str] = Counter()
    for invoice in upload.of("invoice"):
        values, stated = invoice.values, invoice.extra["balance"]
        if stated is not None and values["status"] == "sent":
            settled[values["number"]] = values["total_minor"] - values["written_off_minor"] - stated
    for payment in upload.of("payment"):
        for part in payment.parts:
            settled[part.invoice_number] -= part.amount + part.withheld + part.early_discount
    return settled


def _application(credit: Record, number: str, amount: int) -> Record:
    day = credit.values["date"]
    return Record(
        kind="credit application",
        external_id=f"{credit.subject}|{number}|{day}|1",
        subject=f"{credit.subject} to {number}",
        file=credit.file,
        row=credit.row,
        values={"date": day},
        links={"credit_number": credit.subject, "invoice_number": number},
        extra={"amount": str(money.to_decimal(amount, credit.currency))},
    ).seal()
