"""Which screens there are, for whom, at which address, and which entry of the menu stays lit."""

from copy import copy
from functools import cache

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from components.ui import address
from portal_data import screens
from portal_data.business import preferences
from portal_data.business.preferences import Preferences
from portal_data.kinds import KINDS, PAYMENT, Kind
from portal_data.scope import Role, Scope, Staff
from portal_data.text.language import _

PARENTS = {
    **{kind.key: kind.menu or kind.path for kind in KINDS.values()},
    **{kind.path: kind.menu for kind in KINDS.values() if kind.menu},
    "check": "statements",
    "pay": "invoices",
    "plan": "invoices",
    "project": "projects",
    "timesheet": "timesheets",
    "customer": "",
    "record_payment": "",
    "review": "",
    "activity": "account",
}
"""Hidden screens, and the entry of the navigation that stays lit on them."""
_PARENTS_OF_STAFF = {"review": "reviews"}
"""Where staff come from to a hidden screen, but for those that they reach by the customer."""
_BEHIND_SIGN_IN = screens.OF_CUSTOMERS | screens.OF_STAFF


def page(
    script: str, title: str, path: str, icon: str = "", *, hidden: bool = False
) -> StreamlitPage:
    """Return the screen of a script in pages/ at an address; the empty one is the first screen.

    A copy, because a run marks the one it chooses; of one made once, because Streamlit looks for
    its file on the disk.
    """
    return copy(_made(script, title, path, icon, hidden))


@cache
def _made(script: str, title: str, path: str, icon: str, hidden: bool) -> StreamlitPage:
    return st.Page(
        f"../pages/{script}.py",
        title=title,
        url_path=path,
        icon=f":material/{icon}:" if icon else None,
        default=not path,
        visibility="hidden" if hidden else "visible",
    )


def of(who: Scope | Staff | None) -> list[StreamlitPage]:
    """Return the screens that somebody, or nobody, can open at the address that is open."""
    if who is None:
        return [*_of_nobody(), *_links_from_mail()]
    own = _of_customers(preferences.of(who)) if isinstance(who, Scope) else _of_staff(who.role)
    own += _links_from_mail()
    return [*own, *_missing(who, own)]


def lit(who: Scope | Staff, path: str) -> str | None:
    """Return the entry of the navigation that a hidden screen keeps lit; None for one of its own.

    Staff reach every document by its customer, from the first screen.
    """
    if isinstance(who, Scope):
        return PARENTS.get(path)
    return _PARENTS_OF_STAFF.get(path, "" if path in PARENTS else None)


def _links_from_mail() -> list[StreamlitPage]:
    """Return the screens that need no sign-in, because the token in their address is the proof."""
    return [
        page("accept", _("Accept invitation"), "accept", hidden=True),
        page("reset_password", _("New password"), "reset_password", hidden=True),
        page("sign_in_link", _("Sign in"), "sign_in_link", hidden=True),
        page("offer", _("Estimate"), "offer", hidden=True),
        page("pay_link", _("Invoice"), "pay_link", hidden=True),
    ]


def _of_customers(shown: Preferences) -> list[StreamlitPage]:
    """Return the customers' screens; hidden ones open from links.

    What the business keeps out of its portal has no screens, so that its addresses are as unknown
    as any other.
    """
    return [
        page("home", _("Home"), "", "home"),
        *(
            page("documents", _(kind.list_title), kind.path, kind.icon, hidden=not kind.icon)
            for kind in KINDS.values()
        ),
        *(_of_projects() if shown.projects_and_timesheets else ()),
        page("statements", _("Statements"), "statements", "account_balance"),
        page("check", _("Check my books"), "check", hidden=True),
        page("account", _("Account"), "account", "badge"),
        *(of_kind(kind) for kind in KINDS.values()),
        page("pay", _("Pay"), "pay", hidden=True),
        page("plan", _("Plan my payment"), "plan", hidden=True),
        *((page("review", _("Review"), "review", hidden=True),) if shown.reviews else ()),
        page("activity", _("Activity"), "activity", hidden=True),
        page("notifications", _("Notifications"), "notifications", hidden=True),
        page("notification_settings", _("Notifications"), "notification_settings", hidden=True),
        page("security", _("Security"), "security", hidden=True),
    ]


def of_kind(kind: Kind) -> StreamlitPage:
    """Return the screen of one document of a kind; a payment that is being made has its own."""
    making = kind is PAYMENT and "attempt" in st.query_params
    return page("payment" if making else "document", _(kind.title), kind.key, hidden=True)


def _of_projects() -> list[StreamlitPage]:
    """Return the screens of projects and timesheets."""
    return [
        page("projects", _("Projects"), "projects", "architecture"),
        page("timesheets", _("Timesheets"), "timesheets", "pending_actions"),
        page("project", _("Project"), "project", hidden=True),
        page("timesheet", _("Timesheet"), "timesheet", hidden=True),
    ]


def _of_staff(role: Role) -> list[StreamlitPage]:
    """Return the staff's screens; the team is in sight of owners only."""
    return [
        page("staff/customers", "Customers", "", "groups"),
        page("staff/customer", "Customer", "customer", hidden=True),
        # at the addresses customers have them, so a link means the same to both
        *(page("staff/document", kind.title, kind.key, hidden=True) for kind in KINDS.values()),
        page("staff/project", "Project", "project", hidden=True),
        page("staff/timesheet", "Timesheet", "timesheet", hidden=True),
        page("staff/inbox", "Inbox", "inbox", "forum"),
        page("staff/reviews", "Reviews", "reviews", "star"),
        page("staff/review", "Review", "review", hidden=True),
        page("staff/mail", "Mail", "mail", "outgoing_mail"),
        page("staff/online_payments", "Online payments", "online_payments", "credit_card"),
        page("staff/bank", "Bank statements", "bank", "account_balance"),
        page("staff/record_payment", "Record payment", "record_payment", hidden=True),
        page("staff/data", "Data", "data", "database"),
        page("staff/readiness", "Getting ready", "readiness", "checklist"),
        page("staff/organisation", "Organisation", "organisation", "domain"),
        page("staff/preferences", "Preferences", "preferences", "tune"),
        page("staff/team", "Team", "team", "badge", hidden=role is not Role.OWNER),
        page("staff/notifications", "Notifications", "notifications", hidden=True),
        page("staff/notification_settings", "Notifications", "notification_settings", hidden=True),
        page("staff/security", "Security", "security", hidden=True),
    ]


def _of_nobody() -> list[StreamlitPage]:
    """Return the sign-in form at every address of the others, so a link survives signing in."""
    return [
        *(page("sign_in", _("Sign in"), path) for path in sorted(_BEHIND_SIGN_IN)),
        page("forgotten", _("Forgotten password"), "forgotten"),
        page("email_link", _("Sign in by e-mail"), "email_link"),
    ]


def _missing(who: Scope | Staff, own: list[StreamlitPage]) -> list[StreamlitPage]:
    """Return what stands at the address that is open when none of somebody's `own` screens does.

    Without it Streamlit would show the first screen, under a message of its own.
    """
    here = address.screen()
    if here not in screens.ADDRESSES or here in {each.url_path for each in own}:
        return []
    script = "missing" if isinstance(who, Scope) else "staff/missing"
    return [page(script, _("Page not found"), here, hidden=True)]
