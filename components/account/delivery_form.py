"""The form in which somebody chooses how to be told, the same for contacts and for staff."""

from collections.abc import Collection
from zoneinfo import available_timezones

import streamlit as st

from components.forms.action import act
from components.session import form
from components.ui import cards, links
from portal_data.business import organisation, preferences
from portal_data.clock import utc_now
from portal_data.messaging import delivery, topics
from portal_data.messaging.delivery import Channel, Delivery, Digest
from portal_data.messaging.topics import LABELS, Side, Topic
from portal_data.scope import Scope, Staff
from portal_data.text.language import N_, _, _p

_FORM = "delivery"
_OFTEN = {
    Digest.AT_ONCE: N_("At once"),
    Digest.DAILY: N_("Once a day, at 8:00"),
    Digest.WEEKLY: N_("Once a week, Mondays at 8:00"),
    Digest.NONE: N_("Never"),
}
_HALF_HOURS = range(0, 24 * 60, 30)


def draw(who: Scope | Staff) -> None:
    """Draw the screen for the signed-in person."""
    side: Side = "contact" if isinstance(who, Scope) else "staff"
    shown = preferences.of(who) if isinstance(who, Scope) else preferences.of_portal(who)
    heard, mailed = topics.heard_by(side), topics.mailed_to(side, who.role, shown)
    business = organisation.get(who)
    opened = form(_FORM, lambda: delivery.get(who))
    before, key = opened.start, opened.key
    cards.draw(
        cards.head(
            _("What you are told"),
            cards.sub(_("How you hear of what happens. Colleagues choose for themselves.")),
            back=(_("Notifications"), links.page("notifications")),
        )
    )
    with st.container(border=True, key="card-delivery"), st.form("delivery", border=False):
        bell = _topics(_("The bell rings for"), heard, before, Channel.BELL, key)
        mail = _topics(_("Mails tell of"), mailed, before, Channel.MAIL, key)
        off = [_(LABELS[topic]) for topic in heard if topic not in mailed]
        if off:
            cards.draw(cards.sub(_("No mails are sent of: {topics}.", topics=", ".join(off))))
        often = st.radio(
            _("Mails come"), list(_OFTEN), index=list(_OFTEN).index(before.digest),
            format_func=lambda each: _(_OFTEN[each]), key=f"{key}.often", horizontal=True,
        )  # fmt: skip
        quiet_from, quiet_until = _quiet(before, key)
        timezone = _timezone(before, business.timezone, key)
        if st.form_submit_button(_("Save"), type="primary"):
            muted = _muted(before, heard, Channel.BELL, bell)
            muted |= _muted(before, mailed, Channel.MAIL, mail)
            chosen = Delivery(
                often, quiet_from, quiet_until, timezone, frozenset(muted), before.version
            )
            act(
                _("Your choice is saved."),
                lambda: delivery.change(who, chosen, now=utc_now()),
                form=_FORM,
            )


def _topics(
    label: str, offered: list[Topic], before: Delivery, channel: Channel, key: str
) -> Collection[Topic]:
    return st.pills(
        label,
        offered,
        selection_mode="multi",
        default=[topic for topic in offered if before.wants(topic, channel)],
        format_func=lambda each: _(LABELS[each]),
        key=f"{key}.{channel.value}",
    )


def _muted(
    before: Delivery, offered: list[Topic], channel: Channel, wanted: Collection[Topic]
) -> set[tuple[Topic, Channel]]:
    """Return what is muted in a channel; what was not offered stays as it was."""
    kept = {pair for pair in before.muted if pair[1] is channel and pair[0] not in offered}
    return kept | {(topic, channel) for topic in offered if topic not in wanted}


def _quiet(before: Delivery, key: str) -> tuple[int | None, int | None]:
    begins, ends = st.columns(2, gap="small")
    with begins:
        first = _time(_("No mails from"), before.quiet_from, f"{key}.quiet_from")
    with ends:
        last = _time(_p("a time of day", "until"), before.quiet_until, f"{key}.quiet_until")
    return first, last


def _time(label: str, value: int | None, key: str) -> int | None:
    offered = [None, *sorted({*_HALF_HOURS, *(() if value is None else (value,))})]
    return st.selectbox(
        label,
        offered,
        index=offered.index(value),
        format_func=lambda each: "–" if each is None else f"{each // 60:02}:{each % 60:02}",
        key=key,
    )


def _timezone(before: Delivery, of_business: str, key: str) -> str | None:
    offered: list[str | None] = [None, *sorted(available_timezones())]
    return st.selectbox(
        _("Time zone"),
        offered,
        index=offered.index(before.timezone) if before.timezone in offered else 0,
        format_func=lambda each: (
            _("The business's ({timezone})", timezone=of_business) if each is None else each
        ),
        key=f"{key}.timezone",
    )
