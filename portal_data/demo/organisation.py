"""The invented business: a design and engineering studio, its preferences, staff and price list."""

import json
from decimal import Decimal

from portal_data.demo.books import TIMEZONE, Books, Row

_PREFERENCES = {
    "banner_message": "We have moved our accounts to this portal. Everything since the start is "
    "here; if anything is missing, write to us with the link at the bottom of the page.",
    "projects_and_timesheets": True,
    "autopay": True,
    "staff_second_factor": "optional",  # its passwords are public: a code would keep nobody out
}

_STAFF = {  # key: name, e-mail, role, status
    "rowan": ("Rowan Larkspur", "rowan@larkspur.example", "owner", "active"),
    "ines": ("Ines Vane", "ines@larkspur.example", "staff", "active"),
    "marta": ("Marta Oyelaran", "marta@larkspur.example", "staff", "disabled"),
}

_PEOPLE = {  # key: name, staff key, cost an hour, status
    "rowan": ("Rowan Larkspur", "rowan", "52", "active"),
    "ines": ("Ines Vane", "ines", "44.50", "active"),
    "dafydd": ("Dafydd Prosser", None, "38.75", "active"),
    "hana": ("Hana Novák", None, "36", "active"),
    "mehmet": ("Mehmet Yıldız", None, "41.25", "active"),
    "beth": ("Beth Achterberg", None, "33.50", "active"),
    "oscar": ("Oscar Njoroge", None, "29", "active"),
    "marta": ("Marta Oyelaran", "marta", "35", "inactive"),
}

_TAXES = {  # key: name, percent, kind, status
    "standard": ("VAT 20%", "20", "simple", "active"),
    "reduced": ("VAT 5%", "5", "simple", "active"),
    "zero": ("Zero-rated", "0", "simple", "active"),
    "reverse": ("Reverse charge", "0", "simple", "active"),
    "tva": ("TVA 20%", "20", "simple", "active"),
    "sales": ("WA state 6.5% + Seattle 3.85%", "10.35", "group", "active"),
    "consumption": ("消費税 10%", "10", "simple", "active"),
    "old": ("VAT 17.5%", "17.5", "simple", "inactive"),
}

_ITEMS = {  # key: name, stock number, unit, price in pounds, kind, description, tax, status
    "concept": ("Concept design", "DES-010", "day", "640", "service",
                "Sketches, mood boards and a first layout.", "standard", "active"),
    "interior": ("Interior design, senior", "DES-020", "day", "720", "service",
                 "Detailed design by a senior designer.", "standard", "active"),
    "structure": ("Structural engineering", "ENG-010", "day", "780", "service",
                  "Calculations and drawings, signed by a chartered engineer.", "standard",
                  "active"),
    "services": ("Building services engineering", "ENG-020", "day", "760", "service",
                 "Heating, ventilation, power, water.", "standard", "active"),
    "cad": ("CAD drafting", "DRW-010", "hour", "62", "service", None, "standard", "active"),
    "survey": ("Site visit and survey", "SUR-010", "visit", "420", "service",
               "Half a day on site with measured notes and photographs.", "standard", "active"),
    "scan": ("Laser scan, point cloud", "SUR-020", "floor", "1150", "service",
             "Registered point cloud, 5 mm, E57 and RCP.", "standard", "active"),
    "manage": ("Project management", "MAN-010", "day", "560", "service", None, "standard",
               "active"),
    "workshop": ("Workshop with the client's team", "MAN-020", "session", "950", "service",
                 "Three hours, two facilitators, written record.", "standard", "active"),
    "light": ("Lighting calculation", "ENG-030", "room", "145", "service", None, "standard",
              "active"),
    "render": ("3D visualisation", "VIS-010", "image", "380", "service",
               "One still at 4K with two rounds of changes.", "standard", "active"),
    "model": ("Scale model 1:50", "VIS-020", "piece", "1250", "goods",
              "Limewood and acrylic, in a carrying case.", "standard", "active"),
    "samples": ("Material sample box", "MAT-010", "box", "86.50", "goods",
                "Twelve labelled samples.", "standard", "active"),
    "panel": ("Prototype joinery panel", "MAT-020", "piece", "412.75", "goods", None, "standard",
              "active"),
    "prints": ("Printed drawing set A1", "DRW-020", "set", "48.20", "goods", None, "zero",
               "active"),
    "miles": ("Travel by car", "TRV-010", "mile", "0.45", "service", None, "standard", "active"),
    "viewer": ("Building model viewer, hosting", "HST-010", "month", "185", "service", None,
               "standard", "active"),
    "support": ("Maintenance and support", "HST-020", "month", "950", "service",
                "Two days a month, answer within one working day.", "standard", "active"),
    "insulation": ("Energy-saving measures, supply and fit", "MAT-030", "m²", "38.40", "goods",
                   None, "reduced", "active"),
    "fee": ("Planning application fee", "DSB-010", "fee", "462", "service",
            "Disbursement at cost, outside the scope of VAT.", None, "active"),
    "hours": ("Design and engineering by the hour", "HRS-010", "hour", "72", "service", None,
              "standard", "active"),
    "stage": ("Stage of a fixed price", "HRS-020", "stage", "1000", "service", None, "standard",
              "active"),
    "blueprint": ("Blueprint copies on linen", "DRW-001", "sheet", "7.25", "goods", None, "old",
                  "inactive"),
}  # fmt: skip


def found(books: Books, password_hash: str) -> None:
    """Gather the organisation, its preferences, staff with logins, people, taxes and items."""
    books.add(
        "organisation",
        name="Larkspur & Vane",
        legal_name="Larkspur & Vane Ltd",
        slug="larkspur-vane",
        email="office@larkspur.example",
        phone="+44 1632 960200",
        website="https://larkspur.example",
        tax_id="GB 000 0000 00",
        street1="The Old Ropewalk",
        street2="12 Quayside",
        city="Example Harbour",
        postal_code="EX1 0AA",
        country="United Kingdom",
        currency_code="GBP",
        timezone=TIMEZONE,
        locale="en_GB",
        account_holder="Larkspur & Vane Ltd",
        iban="GB46 DEMO 0000 0000 0000 00",
        bic="DEMOGB2L",
        sort_code="00-00-00",
        account_number="00000000",
        bank_details="Please quote the payment reference.",
        document_footer="Larkspur & Vane Ltd · Registered in England and Wales, no. 00000000",
        is_demo=True,
        created_at=books.started,
        updated_at=books.started,
    )
    for key, value in _PREFERENCES.items():
        books.put("preferences", key=key, value=json.dumps(value), updated_at=books.started)
    for key, (name, email, role, status) in _STAFF.items():
        login = add_login(books, email, password_hash)
        books.staff[key] = books.add(
            "staff",
            login_id=login["id"],
            name=name,
            email=email,
            role=role,
            status=status,
            created_at=books.started,
        )
    for key, (name, staff, cost, status) in _PEOPLE.items():
        books.people[key] = books.add(
            "people",
            name=name,
            email=f"{key}@larkspur.example",
            staff_id=books.staff[staff]["id"] if staff else None,
            cost_rate=Decimal(cost),
            status=status,
        )
    _price_list(books)


def add_login(books: Books, email: str, password_hash: str) -> Row:
    """Gather a login with the demo's password."""
    return books.add(
        "logins",
        email=email,
        password_hash=password_hash,
        password_changed_at=books.started,
        created_at=books.started,
    )


def _price_list(books: Books) -> None:
    for key, (name, percent, kind, status) in _TAXES.items():
        books.taxes[key] = books.add(
            "taxes", name=name, percent=Decimal(percent), kind=kind, status=status
        )
    for key, (name, sku, unit, price, kind, description, tax, status) in _ITEMS.items():
        books.items[key] = books.add(
            "items",
            name=name,
            sku=sku,
            description=description,
            kind=kind,
            unit=unit,
            unit_price=Decimal(price),
            currency_code="GBP",
            tax_id=books.taxes[tax]["id"] if tax else None,
            status=status,
            updated_at=books.started,
        )
