"""The form of the portal's preferences, as owners change and other staff read them."""

import streamlit as st

from components.forms.action import act
from components.session import form
from components.ui import cards
from components.ui.markup import Markup, join
from portal_data.business import preferences
from portal_data.business.preferences import BANNER_LIMIT, EFFECTS, Preferences
from portal_data.clock import utc_now
from portal_data.scope import Staff

_FORM = "preferences"
_CHOICES = [name for name, about in EFFECTS.items() if about.choices]
_SWITCHES = [name for name in EFFECTS if isinstance(getattr(Preferences(), name), bool)]


def draw(staff: Staff) -> None:
    """Draw the form, and save it when it is sent."""
    opened = form(_FORM, lambda: preferences.of_portal(staff))
    before, key = opened.start, opened.key
    with st.form("preferences", border=False):
        with st.container(border=True, key="card-banner"):
            about = EFFECTS["banner_message"]
            cards.draw(cards.title(about.label), cards.sub(about.text))
            banner = st.text_area(
                about.label,
                before.banner_message,
                max_chars=BANNER_LIMIT,
                height=120,
                key=f"{key}.banner",
                label_visibility="collapsed",
                placeholder="No banner",
            )
            look = st.form_submit_button("Preview", icon=":material/visibility:")
            if look:
                text = cards.banner(banner.strip()) if banner.strip() else None
                cards.draw(text or cards.sub("Without a message there is no banner."))
        typed: dict[str, object] = {}
        with st.container(border=True, key="card-switches", gap="medium"):
            for name in _SWITCHES:
                with st.container(key=f"switch-{name}", gap=None):
                    typed[name] = st.toggle(
                        EFFECTS[name].label, getattr(before, name), key=f"{key}.{name}"
                    )
                    cards.draw(cards.sub(EFFECTS[name].text))
        with st.container(border=True, key="card-choices", gap="medium"):
            for name in _CHOICES:
                with st.container(key=f"choice-{name}", gap=None):
                    typed[name] = _choice(name, getattr(before, name), f"{key}.{name}")
                    cards.draw(cards.sub(EFFECTS[name].text))
        messages = st.container(key="preferences-messages")
        sent = st.form_submit_button("Save", type="primary", icon=":material/check:")
    if sent:
        with messages:
            _save(staff, before, banner.strip(), typed)


def read_only(shown: Preferences) -> Markup:
    """Return the same for staff who may not change it."""
    banner = EFFECTS["banner_message"]
    text = cards.banner(shown.banner_message) if shown.banner_message else cards.sub("No banner.")
    rows = []
    for name in _SWITCHES:
        on = getattr(shown, name)
        pill = cards.pills([("On", "green") if on else ("Off", "gray")])
        rows.append(cards.row(EFFECTS[name].label, EFFECTS[name].text, after=pill))
    for name in _CHOICES:
        about = EFFECTS[name]
        pill = cards.pills([(about.choices[getattr(shown, name)], "gray")])
        rows.append(cards.row(about.label, about.text, after=pill))
    return join(cards.card(banner.label, text), cards.card("Switches", cards.rows(rows)))


def _choice(name: str, value: str, key: str) -> object:
    """Draw a choice among several and return what is chosen, of the preference's own type."""
    about = EFFECTS[name]
    options = list(about.choices)
    return st.radio(
        about.label, options, options.index(value), format_func=about.choices.get, key=key
    )


def _save(staff: Staff, before: Preferences, banner: str, typed: dict[str, object]) -> None:
    changes = {"banner_message": banner, **typed}
    changed = {name: new for name, new in changes.items() if new != getattr(before, name)}
    act(
        "Saved. It holds from now on.",
        lambda: preferences.change(staff, before=before, now=utc_now(), **changed),
        form=_FORM,
    )
