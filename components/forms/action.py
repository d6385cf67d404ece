"""Actions of a screen: do it, show that it is under way, and say where one looks what came of it.

What may refuse is the action itself (docs/decisions/0018); a screen only turns the refusal into
words where the person looks: at the field, inside the form, or beside the control.
"""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from components.forms.fields import Fields, refused
from components.session import close_form, flash
from portal_data.errors import Conflict, InvalidFields, PortalError
from portal_data.text.language import N_, _

Result = TypeVar("Result")
_UNDER_WAY = N_("One moment …")


def act(
    done: str | Callable[[Result], str],
    action: Callable[[], Result],
    *,
    drawn: Fields | None = None,
    form: str | None = None,
    seen: str | None = None,
) -> None:
    """Do what a control asked for; then close its form, and run again to say that it is `done`.

    See `outcome` for the others, and for how a refusal is shown.
    """
    came = outcome(action, drawn=drawn, form=form, seen=seen)
    if came is not None:
        (result,) = came
        flash(done if isinstance(done, str) else done(result))
        st.rerun()


def outcome(
    action: Callable[[], Result],
    *,
    drawn: Fields | None = None,
    form: str | None = None,
    seen: str | None = None,
    keep: bool = False,
) -> tuple[Result] | None:
    """Do something and return what it returned, alone in a tuple; None when it was refused.

    Fields that cannot be used are named at each of `drawn`. `form` is the form that is open around
    this, `seen` what `session.form` keeps for a control outside of one: when somebody else was
    faster, both offer to begin anew with what is stored, and both are closed once it is done, but
    for a step on the way, which may `keep` them. Any other refusal is shown in its own words, here.
    """
    opened = form or seen
    try:
        with st.spinner(_(_UNDER_WAY)):
            result = action()
    except InvalidFields as refusal:
        if drawn is None:
            refused(refusal)
        else:
            named = ", ".join(drawn.refuse(refusal.fields))
            words = _("Nothing is saved yet. Look at these fields above: {fields}.", fields=named)
            refused(words)
    except Conflict as refusal:
        if opened is None:
            refused(refusal)
        else:
            refused(_("{refusal} Nothing of yours is saved yet.", refusal=refusal))
            button = st.form_submit_button if form else st.button
            button(_("Load what is stored"), on_click=close_form, args=(opened,))
    except PortalError as refusal:
        refused(refusal)
    else:
        if opened is not None and not keep:
            close_form(opened)
        return (result,)
    return None


def confirmed(label: str, icon: str | None = None, *, leave: str | None = None) -> bool:
    """Draw the button of a dialog that does it, and the one that leaves; return whether it is done.

    `icon` is the name of a symbol, `leave` what leaving is called where it is not *Cancel*.
    """
    with st.container(horizontal=True, gap="small"):
        symbol = f":material/{icon}:" if icon else None
        sure: bool = st.button(label, type="primary", icon=symbol, key="confirm.yes")
        if st.button(leave or _("Cancel"), key="confirm.no"):
            st.rerun()
    return sure
