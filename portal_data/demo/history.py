"""The history that the demo's rows imply: activity, who was told, and who looked how often."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from portal_data.billing import views
from portal_data.demo.books import Books, Row
from portal_data.demo.contacts import full_name, main_contact
from portal_data.messaging import chain

_PORTAL: Row = {"name": "The portal"}
_FRESH = timedelta(days=21)  # how far back the bell reaches
_READ = timedelta(days=4)  # what is older was read


def record(books: Books) -> None:
    """Gather an activity row for everything that happened, oldest first, and who was told."""
    by_id = {
        row["id"]: row
        for rows in (books.contacts, books.staff, books.customers)
        for row in rows.values()
    }
    history = _History(books, by_id)
    for happened in sorted(history.everything(), key=lambda each: each["happened_at"]):
        row = books.add("activity", created_at=happened["happened_at"], **happened)
        del row["created_at"]
        _ring(books, row)
    _chain(books)


def _chain(books: Books) -> None:
    """Chain the entries as they would have been one by one."""
    heads: dict[UUID, Row] = {}
    for row in books.tables["activity"]:
        head = heads.setdefault(row["customer_id"], {"sequence": 0, "hash": ""})
        row["sequence"] = head["sequence"] + 1
        row["hash"] = chain.digest(head["hash"], row)
        head |= {"sequence": row["sequence"], "hash": row["hash"]}
    for customer_id, head in heads.items():
        books.put("activity_chains", customer_id=customer_id, **head)


def _ring(books: Books, event: Row) -> None:
    """Tell the other side what happened lately; what is a few days old has been read."""
    age = books.moment(books.today, "00:00") - event["happened_at"]
    if age > _FRESH or not event["visible"]:
        return
    if event["actor_kind"] == "contact":
        told = [("staff", row) for row in books.staff.values() if row["status"] == "active"]
    else:
        told = [
            ("contact", row)
            for row in books.contacts.values()
            if row["customer_id"] == event["customer_id"]
            and row["is_primary"]
            and row["portal_status"] == "active"
        ]
    for kind, person in told:
        seen = event["happened_at"] + timedelta(hours=1)
        books.add(
            "notifications",
            customer_id=event["customer_id"],
            recipient_kind=kind,
            recipient_id=person["id"],
            activity_id=event["id"],
            created_at=event["happened_at"],
            read_at=seen if age > _READ else None,
        )


class _History:
    """Walks the rows and says what happened to each."""

    def __init__(self, books: Books, by_id: dict[Any, Row]) -> None:
        self.books = books
        self.by_id = by_id
        self.sender = books.staff["ines"]
        self.keys = {row["id"]: key for key, row in books.customers.items()}

    def everything(self) -> Iterator[Row]:
        """Yield the columns of every activity row, in no order."""
        tables = self.books.tables
        for row in tables["contacts"]:
            yield from self._person(row)
        for table, kind in (("estimates", "estimate"), ("invoices", "invoice"),
                            ("credit_notes", "credit_note"),
                            ("retainer_invoices", "retainer_invoice")):  # fmt: skip
            for row in tables[table]:
                yield from self._document(row, kind)
        for row in tables["payments"]:
            yield from self._payment(row)
        for row in tables["payment_attempts"]:
            if row["status"] == "failed":
                yield from self._failed(row)
        for row in tables["approvals"]:
            yield from self._approval(row)
        for row in tables["comments"]:
            yield self._happened(
                row, "comment.added", row["created_at"], self._who(row["author_id"]),
                row["visible"], subject=(row["subject_kind"], self._subject(row)),
            )  # fmt: skip
        for row in tables["files"]:
            yield self._happened(
                row, "file.added", row["created_at"], self._who(row["uploaded_by"]), row["visible"],
                subject=("file", {"id": row["id"], "number": row["name"]}),
            )  # fmt: skip
        for row in tables["disputes"]:
            if row["kind"] == "customer":
                yield from self._dispute(row)
        for row in tables["payment_promises"]:
            yield from self._promise(row)
        for row in tables["reviews"]:
            yield self._happened(
                row, "review.added", row["created_at"], self._who(row["contact_id"]), True
            )

    def _person(self, contact: Row) -> Iterator[Row]:
        named = ("contact", {"id": contact["id"], "number": full_name(contact)})
        for invitation in self.books.tables["invitations"]:
            if invitation["contact_id"] == contact["id"]:
                yield self._happened(contact, "contact.invited", invitation["created_at"],
                                     self.books.staff["rowan"], False, subject=named)  # fmt: skip
                if invitation["accepted_at"]:
                    yield self._happened(contact, "contact.accepted_invitation",
                                         invitation["accepted_at"], contact, True)  # fmt: skip
        if contact["portal_status"] == "disabled":
            disabled = self.books.moment(self.books.workday(120), "16:00")
            yield self._happened(contact, "contact.disabled", disabled, self.books.staff["rowan"],
                                 False, subject=named)  # fmt: skip

    def _document(self, row: Row, kind: str) -> Iterator[Row]:
        subject = (kind, row)
        if row.get("sent_at"):
            yield self._happened(row, f"{kind}.sent", row["sent_at"], self.sender, True,
                                 subject=subject, amount=row["total_minor"])  # fmt: skip
        if row["first_viewed_at"]:
            viewer = self._who(row["first_viewed_by"])
            yield self._happened(row, f"{kind}.viewed", row["first_viewed_at"], viewer, True,
                                 subject=subject)  # fmt: skip
            self._looked(row, kind, viewer)
        for answer in ("accepted", "declined"):
            if row.get(f"{answer}_at"):
                contact = self._who(row[f"{answer}_by"])
                yield self._happened(row, f"{kind}.{answer}", row[f"{answer}_at"], contact, True,
                                     subject=subject, amount=row["total_minor"])  # fmt: skip

    def _looked(self, row: Row, kind: str, viewer: Row) -> None:
        """Some documents were opened once, others again on later days until yesterday."""
        first, again = row["first_viewed_at"], row["total_minor"] % 4
        yesterday = self.books.moment(self.books.day(1), "17:45")
        last = min(first + timedelta(days=again), yesterday)
        if last - first < views.WINDOW:
            last, again = first, 0
        self.books.put(
            "document_views",
            customer_id=row["customer_id"],
            document_kind=kind,
            document_id=row["id"],
            contact_id=viewer["id"],
            contact_name=full_name(viewer),
            views=1 + again,
            first_viewed_at=first,
            last_viewed_at=last,
        )

    def _payment(self, payment: Row) -> Iterator[Row]:
        """A payment of one document is told of the document, one of many of the payment itself."""
        if payment["status"] != "succeeded":
            return
        documents = {
            row["id"]: (kind, row)
            for table, kind in (("invoices", "invoice"), ("retainer_invoices", "retainer_invoice"))
            for row in self.books.tables[table]
        }
        paid = [
            documents[each["invoice_id"] or each["retainer_invoice_id"]]
            for each in self.books.tables["allocations"]
            if each["payment_id"] == payment["id"]
        ]
        payer = main_contact(self.books, self.keys[payment["customer_id"]])
        yield self._happened(
            payment, "payment.received", payment["created_at"], payer, True,
            subject=paid[0] if len(paid) == 1 else ("payment", payment),
            amount=payment["amount_minor"],
        )  # fmt: skip

    def _failed(self, tried: Row) -> Iterator[Row]:
        invoices = {row["id"]: row for row in self.books.tables["invoices"]}
        item = next(
            each
            for each in self.books.tables["payment_attempt_items"]
            if each["attempt_id"] == tried["id"]
        )
        yield self._happened(
            tried, "payment.failed", tried["updated_at"], self._who(tried["contact_id"]), True,
            subject=("invoice", invoices[item["invoice_id"]]), amount=tried["amount_minor"],
            details=tried["failure_message"],
        )  # fmt: skip

    def _approval(self, row: Row) -> Iterator[Row]:
        subject = ("approval", {"id": row["id"], "number": row["name"]})
        if row["submitted_at"]:
            yield self._happened(row, "approval.submitted", row["submitted_at"], self.sender, True,
                                 subject=subject)  # fmt: skip
        if row["decided_at"]:
            yield self._happened(row, f"approval.{row['status']}", row["decided_at"],
                                 self._who(row["decided_by"]), True, subject=subject,
                                 details=row["reason"])  # fmt: skip

    def _dispute(self, row: Row) -> Iterator[Row]:
        invoice = next(i for i in self.books.tables["invoices"] if i["id"] == row["invoice_id"])
        subject = ("invoice", invoice)
        contact = self._who(row["contact_id"])
        yield self._happened(row, "dispute.opened", row["opened_at"], contact, True,
                             subject=subject, amount=row["amount_minor"])  # fmt: skip
        if row["decided_at"]:
            decider = self._who(row["decided_by"])
            yield self._happened(row, f"dispute.{row['status']}", row["decided_at"], decider, True,
                                 subject=subject, details=row["resolution"])  # fmt: skip

    def _promise(self, row: Row) -> Iterator[Row]:
        items = self.books.tables["payment_promise_items"]
        ids = {item["invoice_id"] for item in items if item["promise_id"] == row["id"]}
        invoices = [each for each in self.books.tables["invoices"] if each["id"] in ids]
        numbers = ", ".join(sorted(each["number"] for each in invoices))
        alone = ("invoice", invoices[0])
        subject = alone if len(invoices) == 1 else (
            "payment_promise", {"id": row["id"], "number": numbers}
        )  # fmt: skip
        contact, amount = self._who(row["contact_id"]), row["amount_minor"]
        yield self._happened(row, "promise.made", row["created_at"], contact, True,
                             subject=subject, amount=amount)  # fmt: skip
        if row["closed_at"]:
            who = contact if row["status"] == "withdrawn" else _PORTAL
            yield self._happened(row, f"promise.{row['status']}", row["closed_at"], who, True,
                                 subject=subject, amount=amount)  # fmt: skip

    def _who(self, person: Any) -> Row:
        return self.by_id[person] if person else _PORTAL

    def _subject(self, comment: Row) -> Row:
        tables = {"invoice": "invoices", "estimate": "estimates", "project": "projects",
                  "credit_note": "credit_notes"}  # fmt: skip
        rows = self.books.tables[tables[comment["subject_kind"]]]
        row = next(row for row in rows if row["id"] == comment["subject_id"])
        return {"id": row["id"], "number": row.get("number") or row["name"]}

    def _happened(
        self,
        row: Row,
        event: str,
        moment: datetime,
        who: Row,
        visible: bool,
        *,
        subject: tuple[str, Row] | None = None,
        amount: int | None = None,
        details: str | None = None,
    ) -> Row:
        """Return the columns of one event about a customer's `row`."""
        is_contact = "portal_status" in who
        return {
            "customer_id": row["customer_id"],
            "happened_at": moment,
            "event": event,
            "subject_kind": subject[0] if subject else None,
            "subject_id": subject[1]["id"] if subject else None,
            "subject_number": subject[1]["number"] if subject else None,
            "actor_kind": "contact" if is_contact else "staff" if "id" in who else "system",
            "actor_id": who.get("id"),
            "actor_name": full_name(who) if is_contact else who["name"],
            "amount_minor": amount,
            "currency_code": row["currency_code"] if amount is not None else None,
            "details": details,
            "visible": visible,
        }
