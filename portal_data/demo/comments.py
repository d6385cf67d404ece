"""What both sides said and shared: comments, files and reviews."""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from portal_data.demo import sample_files
from portal_data.demo.books import Books, Row
from portal_data.demo.contacts import full_name


@dataclass(frozen=True, slots=True)
class Remark:
    """One comment; `who` is a contact's or a staff key, None for the portal itself."""

    kind: str
    key: str
    who: str | None
    ago: int
    text: str
    visible: bool = True


_REMARKS = (
    Remark("invoice", "late", "tom", 6, "We have asked the hotel for the order number of the "
           "second visit. The rest will be in the next run."),
    Remark("invoice", "late", "ines", 5, "Thank you, Tom. The order came from Callum by phone on "
           "the 3rd; his note is with the minutes."),
    Remark("invoice", "late", "ines", 5, "Do not chase before the run. They always pay.", False),
    Remark("invoice", "disputed", "priya", 71, "Three of the six panels have split. See the "
           "dispute for details."),
    Remark("invoice", "disputed", "rowan", 70, "I am sorry to read that. Dafydd will look at them "
           "on Thursday."),
    Remark("invoice", "disputed", "rowan", 70, "Supplier admits a wet batch. Claim open.", False),
    Remark("invoice", "part", "imogen", 48, "First part as agreed, the rest after the opening."),
    Remark("invoice", "odd text", "callum", 18, "Is <appendix B> the one with the $ amounts? "
           "[A-12](rev. 3) opens for me, *appendix B* does not."),
    Remark("invoice", "remainder", None, 210, "The rest of £12.40 was written off."),
    Remark("estimate", "options", "priya", 4, "Could the model be at 1:20? We would take it then."),
    Remark("estimate", "options", "ines", 3, "Yes, at twice the price. Shall I send a revision?"),
    Remark("estimate", "large", "imogen", 12, "Please take out four days of drafting."),
    Remark("estimate", "large", "ines", 12, "Done in revision 3."),
    Remark("estimate", "large", "rowan", 12, "Lowest we can go.", False),
    Remark("estimate", "declined", "imogen", 86,
           "The counter is more than we planned for this year. Please ask again in spring."),
    Remark("estimate", "ponton", "maelle", 206, "Budget refusé par l’assemblée."),
    Remark("invoice", "nakheel late", "layla", 9, "سيتم التحويل يوم الأحد القادم، شكراً لصبركم."),
    Remark("invoice", "nakheel late", "ines", 8, "شكراً لكم."),
    Remark("invoice", "aoba open", "yui", 15, "来月末にお支払いいたします。"),
    Remark("invoice", "galim late", "noam", 4, "ההעברה בוצעה אתמול."),
    Remark("project", "harbour", "priya", 20, "When does phase 3 begin on site?"),
    Remark("project", "harbour", "ines", 19, "Eight weeks after the estimate is accepted."),
    Remark("credit_note", "samples", "tom", 20, "Please keep it on account."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shared:
    """One file; its subject is the customer itself unless a kind and key are named."""

    customer: str
    name: str
    media_type: str
    who: str
    ago: int
    kind: str = "customer"
    key: str = ""
    visible: bool = True
    removed: bool = False


_FILES = (
    Shared("brackenridge", "Framework agreement.pdf", "application/pdf", "rowan", 600),
    Shared("brackenridge", "Harbour House – room list.txt", "text/plain", "priya", 330),
    Shared("brackenridge", "Lobby, colour study.png", "image/png", "ines", 118),
    Shared("brackenridge", "Purchase order 4500207.pdf", "application/pdf", "tom", 14),
    Shared("brackenridge", "Insurance certificate.pdf", "application/pdf", "ines", 44),
    Shared("brackenridge", "Old price list.pdf", "application/pdf", "ines", 500, removed=True),
    Shared("brackenridge", "Split panel.png", "image/png", "priya", 71, "invoice", "disputed"),
    Shared("brackenridge", "Supplier’s reply.txt", "text/plain", "rowan", 69, "invoice", "disputed",
           visible=False),
    Shared("brackenridge", "Treatment rooms, sketch.png", "image/png", "ines", 6, "estimate",
           "options"),
    Shared("cote", "Attestation d’assurance.pdf", "application/pdf", "maelle", 250),
    Shared("nakheel", "مخطط البهو.png", "image/png", "ines", 90),
    Shared("aoba", "配置図.png", "image/png", "ines", 290),
    Shared("lantern", "Minutes of the Court.txt", "text/plain", "clerk", 58),
)  # fmt: skip

_REVIEWS = (  # contact, days ago, stars, text, may be published, published, answer
    ("imogen", 215, 5, "They answer on the same day and their invoices can be read.", True, True,
     "Thank you, Imogen. We keep it that way."),
    ("imogen", 12, 4, "Good work. The estimate for phase 3 took a while.", True, False, None),
    ("priya", 100, 3, "The panels were a disappointment; how it was put right was not.", False,
     False, "We are sorry about the panels, and glad that the second ones fit."),
    ("maelle", 60, 5, "Un vrai plaisir, du premier croquis à la dernière vis.", True, True,
     "Merci, Maëlle !"),
    ("layla", 45, 4, "عمل دقيق وتواصل ممتاز.", True, True, None),
    ("noor", 220, 2, "The bill came before the work was done.", False, False, None),
    ("walt", 300, 1, None, False, False, None),
)  # fmt: skip


def _subject(books: Books, kind: str, key: str) -> Row:
    return {
        "invoice": books.invoices,
        "estimate": books.estimates,
        "project": books.projects,
        "credit_note": books.credits,
        "customer": books.customers,
    }[kind][key]


def _author(books: Books, who: str | None) -> tuple[str, Row | None, str]:
    """Return kind, row and name of who writes."""
    if who is None:
        return "system", None, "The portal"
    if who in books.contacts:
        return "contact", books.contacts[who], full_name(books.contacts[who])
    staff = books.staff[who]
    return "staff", staff, staff["name"]


def discuss(books: Books) -> None:
    """Gather the comments of both sides, internal ones among them."""
    for place, remark in enumerate(_REMARKS):
        subject = _subject(books, remark.kind, remark.key)
        kind, author, name = _author(books, remark.who)
        books.add(
            "comments",
            customer_id=subject["customer_id"],
            subject_kind=remark.kind,
            subject_id=subject["id"],
            author_kind=kind,
            author_id=author["id"] if author else None,
            author_name=name,
            body=remark.text,
            visible=remark.visible,
            created_at=books.moment(books.day(remark.ago), "10:00") + timedelta(minutes=7 * place),
        )


def share(books: Books) -> None:
    """Gather the shared files; their bytes wait in `books.attachments` by storage key."""
    for shared in _FILES:
        kind, author, name = _author(books, shared.who)
        created = books.moment(books.workday(shared.ago), "15:05")
        subject = _subject(books, shared.kind, shared.key or shared.customer)
        content = _content(shared, name)
        row = books.add(
            "files",
            customer_id=books.customers[shared.customer]["id"],
            subject_kind=shared.kind,
            subject_id=subject["id"],
            name=shared.name,
            media_type=shared.media_type,
            size_bytes=len(content),
            sha256=sha256(content).hexdigest(),
            storage_key="",
            uploaded_by_kind=kind,
            uploaded_by=author["id"] if author else None,
            uploaded_by_name=name,
            visible=shared.visible,
            created_at=created,
            removed_at=created + timedelta(days=30) if shared.removed else None,
        )
        row["storage_key"] = row["id"].hex
        if not shared.removed:
            books.attachments[row["storage_key"]] = content


def _content(shared: Shared, author: str) -> bytes:
    words = f"An invented document of the demo, shared by {author}."
    if shared.media_type == "application/pdf":
        return sample_files.pdf(shared.name.removesuffix(".pdf"), [words, "It has one page."])
    if shared.media_type == "image/png":
        return sample_files.png(320, 200, (94, 129, 172))
    return f"{shared.name}\n\n{words}\n".encode()


def review(books: Books) -> None:
    """Gather the reviews that contacts wrote, one each half-year."""
    for who, ago, rating, body, may_publish, published, answer in _REVIEWS:
        contact = books.contacts[who]
        written = books.moment(books.workday(ago), "20:15")
        books.add(
            "reviews",
            customer_id=contact["customer_id"],
            contact_id=contact["id"],
            rating=rating,
            body=body,
            period=f"{written.year}-H{1 if written.month < 7 else 2}",
            may_publish=may_publish,
            published_at=written + timedelta(days=2) if published else None,
            reply=answer,
            replied_at=written + timedelta(days=1) if answer else None,
            replied_by=books.staff["ines"]["id"] if answer else None,
            created_at=written,
            updated_at=written,
        )
