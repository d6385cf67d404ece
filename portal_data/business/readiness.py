"""Getting ready: what a business should see to before it invites its customers."""

import json
from dataclasses import dataclass
from typing import Any

from portal_data import settings, store
from portal_data.business import organisation, preferences
from portal_data.business.organisation import Organisation
from portal_data.scope import Staff
from portal_data.store import OpenSession
from portal_data.store.engine import Row

UNNAMED = "My organisation"
"""What an import calls a business whose name it does not know."""
NAMED_AT_MOST = 10
"""How many places one step names; the rest it counts."""

_FIGURES = """
    select
        (select count(*) from core.organisation where is_demo)::bigint as demo,
        (select count(*) from core.customers where status = 'active')::bigint as customers,
        (select count(*) from core.projects)::bigint as projects,
        (select count(*) from core.contacts where portal_status <> 'not_invited')::bigint as invited
    order by 1
"""
_IN_QUESTION = """
    select kind, number, count(*) over ()::bigint as total from (
        select 'invoice' as kind, number from core.invoices where in_question_minor > 0
        union all
        select 'retainer' as kind, number from core.retainer_invoices where in_question_minor > 0
    ) questioned
    order by kind, number limit $most
"""
_UNREACHABLE = """
    select u.id, u.display_name, count(*) over ()::bigint as total
    from core.customers u
    where u.status = 'active' and not exists (
        select 1 from core.contacts c where c.customer_id = u.id and c.email is not null
    )
    order by u.display_name, u.id limit $most
"""
_LAST_IMPORT = "select name, report from core.imports order by finished_at desc, id desc limit 1"


@dataclass(frozen=True, slots=True)
class Place:
    """A screen where something is seen to: its path, and what its address names."""

    label: str
    screen: str
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to see to. `needed` ones should be done before anybody is invited."""

    title: str
    text: str
    done: bool
    needed: bool = True
    places: tuple[Place, ...] = ()
    details: tuple[str, ...] = ()


def steps(staff: Staff) -> list[Step]:
    """Return everything to see to, in the order it is best done, done or not."""
    business = organisation.get(staff)
    with store.staff_reading(staff) as session:
        figures = session.one(_FIGURES) or {}
        shown = preferences.get(session)
        books = [_in_question(session), _set_aside(session), _unreachable(session)]
    preferences_place = Place("Preferences", "preferences")
    return [
        *_about(business, is_demo=bool(figures["demo"])),
        *_server(settings.load()),
        *books,
        Step(
            "Projects are shown",
            "There are projects in the books, but customers do not see projects and timesheets.",
            done=not figures["projects"] or shown.projects_and_timesheets,
            needed=False,
            places=(preferences_place,),
        ),
        Step(
            "Customers are invited",
            "Nobody is invited yet. Choose a customer, and invite its people.",
            done=figures["invited"] > 0 or not figures["customers"],
            needed=False,
            places=(Place("Customers", ""),),
        ),
    ]


def _about(business: Organisation, *, is_demo: bool) -> list[Step]:
    place = (Place("Organisation", "organisation"),)
    return [
        Step(
            "These are your own books",
            "This is the invented organisation of the demo, whose passwords everybody may know. "
            "Begin with an empty store and import your backup.",
            done=not is_demo,
        ),
        Step(
            "The business has its name",
            f"It is still called {business.name}. Documents and mails say so.",
            done=business.name != UNNAMED,
            places=place,
        ),
        Step(
            "Address",
            "Documents show no address, which most countries require.",
            done=bool(business.street1 and (business.city or business.postal_code)),
            places=place,
        ),
        Step(
            "E-mail",
            "Customers cannot write to you, and mails have no sender of their own.",
            done=bool(business.email),
            places=place,
        ),
        Step(
            "Bank account",
            "Customers who choose to pay are told to ask you how.",
            done=bool(business.how_to_pay),
            places=place,
        ),
        Step(
            "Tax number",
            "Documents show no tax number. Leave it if you have none.",
            done=bool(business.tax_id),
            needed=False,
            places=place,
        ),
        Step(
            "Logo",
            "Initials stand in for your logo on sign-in, screens and documents.",
            done=bool(business.logo_sha256 or settings.load().logo),
            needed=False,
            places=place,
        ),
    ]


def _server(installed: settings.Settings) -> list[Step]:
    return [
        Step(
            "Mail server",
            "Invitations and mails are written to files and reach nobody. Whoever runs the server "
            "sets PORTAL_SMTP_HOST.",
            done=bool(installed.smtp_host),
        ),
        Step(
            "Address with https",
            f"Links in mails begin with {installed.base_url}. Whoever runs the server sets "
            "PORTAL_BASE_URL to an address with https, which also protects sign-ins.",
            done=installed.secure,
        ),
    ]


def _in_question(session: OpenSession) -> Step:
    rows = session.rows(_IN_QUESTION, most=NAMED_AT_MOST)
    return Step(
        "No document is in question",
        "Zoho calls them settled, by something that could not be imported, so customers are not "
        f"asked to pay: {_total(rows)}. Import a corrected backup, or mark them as owed.",
        done=not rows,
        places=tuple(
            Place(row["number"], row["kind"], (("number", row["number"]),)) for row in rows
        ),
    )


def _set_aside(session: OpenSession) -> Step:
    row = session.one(_LAST_IMPORT)
    left = json.loads(row["report"]).get("set_aside", []) if row else []
    name = row["name"] if row else ""
    return Step(
        "The import left nothing out",
        f"Left out of {name}: {len(left)}. Correct them in Zoho and import a new backup.",
        done=not left,
        details=tuple(_sentence(entry) for entry in left[:NAMED_AT_MOST]),
    )


def _unreachable(session: OpenSession) -> Step:
    rows = session.rows(_UNREACHABLE, most=NAMED_AT_MOST)
    return Step(
        "Every customer has somebody with an e-mail",
        f"Customers without anybody to invite: {_total(rows)}. Add an e-mail in Zoho and import a "
        "new backup.",
        done=not rows,
        needed=False,
        places=tuple(
            Place(row["display_name"], "customer", (("id", str(row["id"])),)) for row in rows
        ),
    )


def _total(rows: list[Row]) -> int:
    return int(rows[0]["total"]) if rows else 0


def _sentence(entry: dict[str, Any]) -> str:
    return f"{entry['kind']} {entry['subject']}: {entry['reason']}".replace("_", " ")
