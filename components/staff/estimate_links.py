"""The public links of an estimate."""

from datetime import date, datetime
from uuid import UUID

import streamlit as st

from components.session import require_staff
from components.staff import document_links
from components.staff.document_links import Links
from portal_data.billing import estimate_links
from portal_data.billing.estimates import Estimate, Status
from portal_data.business import preferences
from portal_data.scope import Staff


def draw(estimate: Estimate) -> None:
    """Offer the links of an estimate that can be answered by one."""
    staff = require_staff()
    if estimate.status is not Status.OPEN:
        return
    if not preferences.of_portal(staff).answer_estimates_by_link:
        return
    if document_links.button(_form(estimate.number), "estimate.links"):
        dialog(estimate.number, estimate.expiry_date)


@st.dialog("Public links", icon=":material/link:")
def dialog(number: str, expiry: date | None) -> None:
    """Show the links of an estimate, let one be revoked, and make another."""
    require_staff()
    links = Links(
        _form(number),
        "Whoever has a link reads this estimate and accepts or declines it, without a sign-in.",
        made=lambda staff: estimate_links.of_estimate(staff, number),
        create=lambda staff, until, key, now: estimate_links.create(
            staff, number, until, key=key, now=now
        ),
        revoke=_revoke,
    )
    document_links.draw(links, expiry)


def _revoke(staff: Staff, link_id: UUID, now: datetime) -> None:
    estimate_links.revoke(staff, link_id, now=now)


def _form(number: str) -> str:
    return f"staff.estimate.{number}.link"
