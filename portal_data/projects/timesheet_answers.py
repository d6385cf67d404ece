"""Answers to a timesheet: approve it, reject it, or approve some entries and not others.

An entry is open until it is approved or rejected; what was asked about stays open, and is answered
once there is an explanation. The timesheet follows its entries: approved or rejected when all are,
partly approved when some are, and still waiting while none is approved and something was asked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from babel.dates import format_date

from portal_data import store
from portal_data.business import preferences
from portal_data.errors import Conflict, Invalid
from portal_data.messaging import activity, comments, events
from portal_data.projects.timesheets import Decision
from portal_data.scope import Permission, Scope
from portal_data.text import bidi, form_fields
from portal_data.text.form_fields import Field
from portal_data.text.language import N_, _
from portal_data.text.normal_form import nfc

REASON = Field(N_("Reason"), 500, nfc, required=True)
"""Why one entry is not approved."""

_HELD = """
    select id, name, status, version from core.approvals
    where id = $id and customer_id = $customer_id and status <> 'draft'
    order by id
"""
_ENTRIES = """
    select l.time_entry_id as id, l.decision, e.date, e.minutes, t.name as task, p.name as person
    from approval_entries l
    join time_entries e on e.id = l.time_entry_id and e.customer_id = l.customer_id
    join people p on p.id = e.person_id
    left join tasks t on t.id = e.task_id and t.customer_id = e.customer_id
    where l.approval_id = $approval_id
    order by e.date, l.time_entry_id
"""
_DECIDE = """
    update core.approval_entries
    set decision = $decision, reason = $reason, decided_by = $contact_id, decided_at = $now
    where customer_id = $customer_id and approval_id = $id and time_entry_id = any($entries)
"""
_ANSWERED = """
    update core.approvals
    set status = $status, reason = $reason, decided_by = $contact_id, decided_at = $now,
        version = version + 1, updated_at = $now
    where id = $id and customer_id = $customer_id
"""
_LOCALE = "select locale from organisation order by name"
_WORDS = {Decision.REJECTED: "rejected", Decision.QUERIED: "question"}
_EVENTS = {
    "approved": events.APPROVAL_APPROVED,
    "partly_approved": events.APPROVAL_PARTLY_APPROVED,
    "rejected": events.APPROVAL_REJECTED,
    "submitted": events.APPROVAL_QUERIED,
}
"""What an answer is, by what the timesheet is after it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An entry that is not approved: it is rejected or queried, for a reason."""

    decision: Decision
    reason: str


_Decided = dict[UUID, tuple[Decision, str | None]]
"""The answer to each entry, with its reason."""


def approve(scope: Scope, approval_id: UUID, *, seen: int, now: datetime) -> None:
    """Approve every open entry of a timesheet; raises as `answer`."""
    answer(scope, approval_id, {}, seen=seen, now=now)


def reject(scope: Scope, approval_id: UUID, reason: str, *, seen: int, now: datetime) -> None:
    """Reject every open entry of a timesheet; the reason is a comment, too.

    Raises as `answer`, and InvalidFields for a reason that is no comment.
    """

    def rejected(waiting: list[dict[str, Any]]) -> _Decided:
        return {entry["id"]: (Decision.REJECTED, reason) for entry in waiting}

    reason = comments.clean(reason)
    _answer(scope, approval_id, rejected, Decision.REJECTED, reason, seen=seen, now=now)


def answer(
    scope: Scope,
    approval_id: UUID,
    refused: Mapping[UUID, Answer],
    *,
    seen: int,
    now: datetime,
) -> None:
    """Approve every open entry of a timesheet but the `refused` ones, by the id of the entry.

    The reasons are one comment, too. `seen` is the version that was on the screen. Raises NotFound
    when the customer has no such timesheet, Conflict when it was changed since or is answered,
    Invalid for what is no open entry of it, and for a reason that is missing or too long.
    """

    def decided(waiting: list[dict[str, Any]]) -> _Decided:
        if refused.keys() - {entry["id"] for entry in waiting}:
            raise Invalid(_("An entry that you do not approve is no open one of this timesheet."))
        return {
            entry["id"]: reasons.get(entry["id"], (Decision.APPROVED, None)) for entry in waiting
        }

    reasons: _Decided = {}
    for entry_id, each in refused.items():
        if each.decision not in (Decision.REJECTED, Decision.QUERIED):
            raise Invalid(_("An entry is approved, rejected or queried."))
        if not each.reason.strip():
            raise Invalid(_("Say why, for each entry that you do not approve."))
        typed = {"reason": each.reason}
        reasons[entry_id] = (each.decision, form_fields.clean({"reason": REASON}, typed)["reason"])
    _answer(scope, approval_id, decided, Decision.APPROVED, None, seen=seen, now=now)


def _answer(
    scope: Scope,
    approval_id: UUID,
    decide: Callable[[list[dict[str, Any]]], _Decided],
    wanted: Decision,
    reason: str | None,
    *,
    seen: int,
    now: datetime,
) -> None:
    scope.need(Permission.TIMESHEET_ANSWER)
    own = {"id": approval_id, "customer_id": scope.customer_id}
    with store.writing(scope) as session:
        preferences.need_projects(session)
        held = session.as_seen(_HELD, seen, **own)
        entries = session.rows(_ENTRIES, approval_id=approval_id)
        waiting = [each for each in entries if each["decision"] in (None, "queried")]
        if held["status"] not in ("submitted", "partly_approved") or (entries and not waiting):
            raise Conflict(_("This timesheet is answered already."))
        decided = decide(waiting)
        by = {"contact_id": scope.contact_id, "now": now}
        for each in set(decided.values()):
            some = [entry_id for entry_id, given in decided.items() if given == each]
            session.change(
                _DECIDE, **own, **by, decision=each[0].name.lower(), reason=each[1], entries=some
            )
        before = {str(entry["decision"]) for entry in entries if entry["id"] not in decided}
        status = _status(
            before | {given.name.lower() for given, _reason in decided.values()}, wanted
        )
        session.change(_ANSWERED, **own, **by, status=status, reason=reason)
        text = reason or _in_words(waiting, decided, session.value(_LOCALE) or "en_GB")
        if text:
            comments.add(
                session, scope, text, subject_kind="approval", subject_id=approval_id, now=now
            )
        activity.record(
            session, scope, _EVENTS[status], now=now, subject_kind="approval",
            subject_id=approval_id, subject_number=held["name"], details=text, visible=True,
        )  # fmt: skip


def _status(decisions: set[str], wanted: Decision) -> str:
    """Return what a timesheet is whose entries were answered so; without any, as was wanted."""
    every = decisions or {wanted.name.lower()}
    if every in ({"approved"}, {"rejected"}):
        return every.pop()
    return "partly_approved" if "approved" in every else "submitted"


def _in_words(waiting: list[dict[str, Any]], decided: _Decided, locale: str) -> str | None:
    """Return the entries that were not approved with their reasons; None when there are none."""
    lines: list[str] = []
    left = comments.FIELD.limit - 100
    refused = [each for each in waiting if decided[each["id"]][0] is not Decision.APPROVED]
    for place, each in enumerate(refused):
        decision, reason = decided[each["id"]]
        line = f"{_named(each, locale)} – {_WORDS[decision]}: {reason}"
        left -= len(line) + 1
        if left < 0:
            lines.append(f"… and {len(refused) - place} more, each with its reason at the entry.")
            break
        lines.append(line)
    return "\n".join(lines) or None


def _named(entry: dict[str, Any], locale: str) -> str:
    """Return an entry in few words: 3 Nov 2026 · Planting · Petra · 2:30 h."""
    day = format_date(entry["date"], "medium", locale=locale)
    worked = f"{entry['minutes'] // 60}:{entry['minutes'] % 60:02} h"
    return bidi.listed(day, entry["task"], entry["person"], worked)
