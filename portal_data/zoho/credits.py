"""Credits of credit notes: applied to invoices, and paid back."""

from collections import Counter

from portal_data.zoho.defects import CellError
from portal_data.zoho.records import Reading, Record, Row


def read_applications(rows: list[Row], reading: Reading) -> list[Record]:
    """Return credits applied to invoices. The amount is read later: the file names no currency."""
    seen: Counter[str] = Counter()

    def build(row: Row) -> Record:
        credit, invoice, day = (
            row.key("credit_number"),
            row.key("invoice_number"),
            row.needed_date("date"),
        )
        if not credit or not invoice:
            raise CellError("Credit note or invoice is missing.", "Export again.")
        base = f"{credit}|{invoice}|{day}"
        seen[base] += 1
        return Record(
            kind="credit application",
            external_id=f"{base}|{seen[base]}",
            subject=f"{credit} to {invoice}",
            file=row.file,
            row=row.number,
            values={"date": day},
            links={"credit_number": credit, "invoice_number": invoice},
            extra={"amount": row.key("amount")},
        )

    return reading.collect(
        rows,
        "credit application",
        lambda row: f"{row.key('credit_number')} to {row.key('invoice_number')}",
        build,
    )


def read_refunds(rows: list[Row], reading: Reading) -> list[Record]:
    """Return refunds of credit notes. The amount is read later: the file names no currency."""
    seen: Counter[str] = Counter()

    def build(row: Row) -> Record:
        credit, day = row.key("credit_number"), row.needed_date("date")
        if not credit:
            raise CellError("The credit note is missing.", "Export again.")
        row.watch(reading.findings, "reference", "description")
        base = f"{credit}|{day}|{row.key('reference')}"
        seen[base] += 1
        return Record(
            kind="refund",
            external_id=f"{base}|{seen[base]}",
            subject=f"refund of {credit} on {day}",
            file=row.file,
            row=row.number,
            values={
                "date": day,
                "mode": row.text("mode"),
                "reference": row.text("reference"),
                "description": row.text("description"),
            },
            links={"credit_number": credit},
            extra={"amount": row.key("amount")},
        )

    return reading.collect(
        rows, "refund", lambda row: f"refund of {row.key('credit_number')}", build
    )
