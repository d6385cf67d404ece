"""The invented customers with their addresses."""

from dataclasses import dataclass

from portal_data.demo.books import Books


@dataclass(frozen=True, slots=True)
class Client:
    """One customer as written below."""

    key: str
    name: str
    currency: str
    terms_days: int
    street: str
    city: str
    postal_code: str
    country: str
    phone: str
    state: str | None = None
    website: str | None = None
    tax_id: str | None = None
    tax_treatment: str = "uk_vat"
    language: str = "en"
    kind: str = "business"
    status: str = "active"
    credit_limit_minor: int = 0
    bank_payment: bool = False
    portal: bool = True
    since: int = 610
    notes: str | None = None
    ships_to: tuple[str, str, str] | None = None
    """Street, city and postal code of a separate delivery address."""

    @property
    def domain(self) -> str:
        """The reserved domain its mail addresses are under."""
        return f"{self.key}.example"


CLIENTS = (
    Client(
        "brackenridge", "Brackenridge Hotels Ltd", "GBP", 30, "1 Example Parade", "Sampleton",
        "SA1 1AA", "United Kingdom", "+44 1632 960011", website="https://brackenridge.example",
        tax_id="GB 000 1111 00", credit_limit_minor=12_000_000, bank_payment=True,
        notes="Pays in one run at the start of the month. Direct debit for support.",
        ships_to=("Harbour House, 9 The Strand", "Sampleton-on-Sea", "SA9 9ZZ"),
    ),
    Client(
        "cote", "Atelier de la Côte d’Émeraude SARL", "EUR", 45, "14, rue de l’Écluse",
        "Exempleville", "00000", "France", "+33 1 99 00 00 14", tax_id="FR 00 000000000",
        tax_treatment="eu_reverse_charge", language="fr",
        website="https://cote.example",
    ),
    Client(
        "nakheel", "شركة واحة النخيل للتطوير العقاري ذ.م.م", "KWD", 30, "شارع المثال ١٢، برج ٣",
        "مدينة الكويت", "00000", "الكويت", "+965 0000 0012", tax_treatment="outside_scope",
        language="ar",
    ),
    Client(
        "aoba", "株式会社あおば製作所", "JPY", 60, "見本町1丁目2番3号", "例示市", "000-0000",
        "日本", "+81 3 0000 0003", tax_treatment="outside_scope", language="ja",
    ),
    Client(
        "galim", "סטודיו גלים לעיצוב ואדריכלות בע״מ", "GBP", 30, "רחוב הדוגמה 7", "חיפה",
        "0000000", "ישראל", "+972 4 000 0007", tax_treatment="outside_scope", language="he",
    ),
    Client(
        "lantern",
        "The Worshipful Society of Lantern Makers, Glaziers, Chandlers and Allied Trades of the "
        "Upper Example Valley (founded 1611)",
        "GBP", 30, "Guildhall Chambers, 2nd Floor, Lantern Court, off Very Long Example Street",
        "Upper Example", "UE1 2BB", "United Kingdom", "+44 1632 960031", tax_treatment="charity",
    ),
    Client(
        "omalley", "O’Malley’s Bakehouse & Sons", "GBP", 14, "3 Flour Yard", "Sampleton",
        "SA2 3CC", "United Kingdom", "+44 1632 960041",
    ),
    Client(
        "sian", "Siân Llewelyn-Prŷs", "GBP", 14, "Tŷ Gwyn, Lôn yr Enghraifft", "Enghraifft",
        "EN1 4DD", "United Kingdom", "+44 7700 900051", kind="individual",
        tax_treatment="consumer", language="cy",
    ),
    Client(
        "pemberton", "Pemberton Yard Construction Ltd", "GBP", 30, "Unit 7, Example Wharf",
        "Port Sample", "PS3 5EE", "United Kingdom", "+44 1632 960061", tax_id="GB 000 2222 00",
        credit_limit_minor=5_000_000,
        notes="Construction Industry Scheme: withholds 20% of labour and pays it to HMRC for us.",
    ),
    Client(
        "cascadia", "Cascadia Fieldworks Inc.", "USD", 30, "500 Example Avenue, Suite 12",
        "Seattle", "98100", "United States", "+1 206 555 0112", state="WA",
        tax_treatment="outside_scope", bank_payment=True, website="https://cascadia.example",
    ),
    Client(
        "oldmill", "Old Mill Printworks", "GBP", 30, "The Old Mill", "Nether Example", "NE7 7FF",
        "United Kingdom", "+44 1632 960071", status="inactive", portal=False,
        notes="Ceased trading. The last invoice was written off.",
    ),
    Client(
        "blank", "Blank Slate Ventures Ltd", "GBP", 30, "8 Empty Row", "Sampleton", "SA8 8GG",
        "United Kingdom", "+44 1632 960081", since=3,
    ),
)  # fmt: skip


def enrol(books: Books) -> None:
    """Gather every customer with its billing address, and a delivery address where it has one."""
    for place, client in enumerate(CLIENTS, 1):
        joined = books.moment(books.workday(client.since), "10:20")
        row = books.add(
            "customers",
            number=f"CUST-{place:04d}",
            display_name=client.name,
            company_name=client.name if client.kind == "business" else None,
            kind=client.kind,
            status=client.status,
            currency_code=client.currency,
            language=client.language,
            email=f"accounts@{client.domain}",
            phone=client.phone,
            website=client.website,
            tax_id=client.tax_id,
            tax_treatment=client.tax_treatment,
            payment_terms_days=client.terms_days,
            payment_terms_label=f"Net {client.terms_days}",
            credit_limit_minor=client.credit_limit_minor,
            bank_payment_allowed=client.bank_payment,
            portal_enabled=client.portal,
            notes=client.notes,
            created_at=joined,
            updated_at=joined,
        )
        books.customers[client.key] = row
        places = {"billing": (client.street, client.city, client.postal_code)}
        if client.ships_to:
            places["shipping"] = client.ships_to
        for kind, (street, city, postal_code) in places.items():
            town = " ".join(part for part in (city, client.state, postal_code) if part)
            lines = (client.name, street, town, client.country)
            books.addresses[f"{client.key} {kind}"] = "\n".join(lines)
            books.add(
                "addresses",
                customer_id=row["id"],
                kind=kind,
                attention="Accounts payable" if kind == "billing" else "Goods in",
                street1=street,
                city=city,
                state=client.state,
                postal_code=postal_code,
                country=client.country,
                phone=client.phone,
                updated_at=joined,
            )
    books.put("counters", kind="customer", prefix="CUST-", next_number=len(CLIENTS) + 1, digits=4)
