"""The team as owners see and change it: who is on it, in which role, with or without access."""

import streamlit as st

from components.forms import confirm
from components.forms.action import act, confirmed, outcome
from components.forms.fields import Fields
from components.session import close_form, form, require_staff
from components.ui import cards
from components.ui import format as say
from components.ui.markup import said, tag
from portal_data import money
from portal_data.auth import staff as team
from portal_data.auth.staff import Member
from portal_data.business import organisation
from portal_data.clock import utc_now
from portal_data.scope import Role, Staff
from portal_data.settings import load
from portal_data.text import bidi

ROLES = {
    Role.OWNER: "Owner",
    Role.STAFF: "Staff",
}
ABOUT = (
    "Staff see all customers and invite them. Owners also change the organisation, the preferences "
    "and the team."
)
_FORM = "member"


def draw(staff: Staff, member: Member, *, second_factor: bool, linked: bool = False) -> None:
    """Draw one member with what may be done about its access, second factor and linked account."""
    own = member.id == staff.staff_id
    key = f"team.{member.id}"
    with st.container(border=True, key=f"card-member-{member.id}"):
        pills = [("You", "blue"), (ROLES[member.role], "gray")] if own else []
        if member.status == "disabled":
            pills.append(("Disabled", "red"))
        elif not member.has_password:
            pills.append(("Has not signed in yet", "orange"))
        if second_factor:
            pills.append(("Second factor", "green"))
        before = tag("span", say.initials(member.name), class_="pt-mark", aria_hidden="true")
        after = cards.pills(pills) if pills else None
        about = bidi.listed(member.email, _limit_of(member))
        person = cards.rows([cards.row(member.name, about, before=before, after=after)])
        if own:
            cards.draw(person)
            return
        left, right = st.columns([2, 1.4], vertical_alignment="center")
        with left:
            cards.draw(person)
        with right, st.container(horizontal=True, gap="small", horizontal_alignment="right",
                                 vertical_alignment="center"):  # fmt: skip
            _role(staff, member, key)
            if member.role is Role.STAFF and st.button("Payment limit", key=f"{key}.limit"):
                limit(member)
            if second_factor and st.button("Reset second factor", key=f"{key}.factor"):
                confirm.reset_second_factor(member.id, member.name, member=True)
            if linked and st.button("Unlink account", key=f"{key}.linked"):
                confirm.unlink_account(member.id, member.name, member=True)
            _access(staff, member, key)


def _role(staff: Staff, member: Member, key: str) -> None:
    # the role is in the key, so that a change made elsewhere is shown and not undone
    chosen = st.selectbox(
        say.escape_markdown(f"Role of {bidi.isolated(member.name)}"),
        list(ROLES),
        index=list(ROLES).index(member.role),
        format_func=ROLES.__getitem__,
        key=f"{key}.role.{member.role}",
        label_visibility="collapsed",
        width=120,
    )
    if chosen is not member.role:
        act(
            f"{bidi.isolated(member.name)} is {ROLES[chosen].lower()} now.",
            lambda: team.change_role(staff, member.id, chosen, before=member.role, now=utc_now()),
        )


def _access(staff: Staff, member: Member, key: str) -> None:
    if member.status == "disabled":
        if st.button("Enable access", key=f"{key}.enable"):
            act(
                f"{bidi.isolated(member.name)} has access again.",
                lambda: team.enable(staff, member.id, utc_now()),
            )
        return
    if not member.has_password and st.button("New link", key=f"{key}.link"):
        renew(member)
    if st.button("Disable access", key=f"{key}.disable"):
        confirm.disable_member(member.id, member.name)


def _limit_of(member: Member) -> str | None:
    if member.limit_minor is None or not member.limit_currency or member.role is Role.OWNER:
        return None
    return f"up to {money.format(member.limit_minor, member.limit_currency)} at once"


@st.dialog("Payment limit", icon=":material/speed:")
def limit(member: Member) -> None:
    """Ask how much a member records, voids and sends back without an owner."""
    staff = require_staff()
    staff.need_owner()
    name = f"staff.limit.{member.id}"
    drawn = Fields(form(name, lambda: None).key)
    words = (said(member.name, "b"), " records, voids and refunds payments up to this amount at "
             "once. More than that, and other currencies, need an owner.")  # fmt: skip
    cards.draw(tag("p", *words, class_="pt-text"))
    currency = organisation.get(staff).currency_code
    most = drawn.limit("limit", "Limit", member.limit_minor, currency, note="Empty for no limit.")
    messages = st.container(key="limit-messages")
    if confirmed("Save", "check"):
        with messages:
            act(
                "Saved. It holds from now on.",
                lambda: team.set_limit(
                    staff, member.id, most, before=member.limit_minor, now=utc_now()
                ),
                seen=name,
            )


@st.dialog("New member of staff", icon=":material/person_add:")
def invite() -> None:
    """Add a member, and show once the link with which the password is set."""
    staff = require_staff()
    staff.need_owner()
    opened = form(_FORM, lambda: None)
    drawn = Fields(opened.key)
    room = st.empty()
    with room.container(), st.form("member", border=False):
        drawn.text("name", team.FIELDS["name"], None)
        drawn.text("email", team.FIELDS["email"], None)
        role = st.radio(
            "Role", [Role.STAFF, Role.OWNER], format_func=ROLES.__getitem__,
            key=f"{opened.key}.role", horizontal=True,
        )  # fmt: skip
        cards.draw(cards.sub(ABOUT))
        sent = st.form_submit_button("Add", type="primary")
    if not sent:
        return
    typed = drawn.typed
    came = outcome(
        lambda: team.create(staff, typed["email"], typed["name"], role, utc_now()), drawn=drawn
    )
    if came is not None:
        close_form(_FORM)
        room.empty()
        _once(*came, typed["email"])


@st.dialog("New link", icon=":material/link:")
def renew(member: Member) -> None:
    """Make a new link for a member without a password, and show it once."""
    staff = require_staff()
    staff.need_owner()
    room = st.empty()
    with room.container():
        words = ("The link that ", said(member.name, "b"), " got before stops working.")
        cards.draw(tag("p", *words, class_="pt-text"))
        if not st.button("Make a new link", type="primary", key="renew.yes"):
            return
    came = outcome(lambda: team.renew_link(staff, member.id, utc_now()))
    if came is not None:
        room.empty()
        _once(*came, member.email)


def _once(link: str, email: str) -> None:
    """Show a link that is never shown again."""
    mailed = (
        f"It is mailed to {email} too."
        if load().smtp_host
        else (f"No mail server is set: pass it on to {email} yourself.")
    )
    st.success(
        say.escape_markdown(f"This link sets the password, once, within 72 hours. {mailed}"),
        icon=":material/check_circle:",
    )
    st.code(link, language=None, wrap_lines=True)
    if st.button("Done", key="link.done"):
        st.rerun()
