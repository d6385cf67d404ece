"""What staff can do with an estimate of a customer."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import streamlit as st

from components.forms.action import act, confirmed, outcome
from components.forms.fields import Fields
from components.session import form, require_staff
from components.staff import estimate_links
from components.ui import cards
from components.ui.markup import said, tag
from portal_data.billing import estimate_offers, estimate_revisions
from portal_data.billing.estimate_revisions import REASON, Draft, DraftLine
from portal_data.billing.estimates import Estimate, Status
from portal_data.business import organisation
from portal_data.clock import utc_now
from portal_data.scope import Staff

_ORDER = ("name", "quantity", "unit_price", "unit", "tax", "discount", "optional", "selected",
          "least", "most", "description")  # fmt: skip
ANEW = timedelta(days=30)
"""How long an estimate stands that is sent again after its end, unless staff choose a day."""


def draw(estimate: Estimate) -> None:
    """Offer what can be done with an estimate as it is on the screen."""
    number = estimate.number
    form(_form(number), lambda: estimate.version)  # what is on the screen is what is decided on
    estimate_links.draw(estimate)
    accepted = estimate.status in (Status.ACCEPTED, Status.INVOICED)
    if estimate.status is not Status.INVOICED and st.button(
        "Revise", icon=":material/edit:", key="estimate.revise"
    ):
        revise(number)
    if not accepted or not estimate_offers.reversible(estimate.answered_at, utc_now()):
        return
    if st.button("Undo acceptance", icon=":material/undo:", key="estimate.undo"):
        undo(number, estimate.answered_by or "the customer")


@st.dialog("Undo the acceptance?", icon=":material/undo:")
def undo(number: str, by: str) -> None:
    """Ask before an acceptance is taken back."""
    staff = require_staff()
    seen = form(_form(number), lambda: 0).start
    text = (
        " accepted it. The estimate becomes open again, and invoices that were made on the "
        "acceptance become void. The customer sees this in the history; the signed PDF is kept."
    )
    cards.draw(tag("p", said(by, "b"), text, class_="pt-text"))
    if confirmed("Undo acceptance"):
        act(
            "The estimate is open again.",
            partial(estimate_offers.undo_acceptance, staff, number, seen=seen, now=utc_now()),
            seen=_form(number),
        )


@st.dialog("Revise and send again", width="large", icon=":material/edit:")
def revise(number: str) -> None:
    """Let lines and the day of expiry be changed, and send the estimate again."""
    staff = require_staff()
    seen = form(_form(number), lambda: 0)
    key = f"{seen.key}.revision"
    began = outcome(
        lambda: form(key, lambda: estimate_revisions.draft(staff, number)),
        seen=_form(number),
        keep=True,
    )
    if began is None:
        return
    draft = began[0].start
    with st.form("revise", border=False):
        with st.container(key="revise-lines"):
            edited = st.data_editor(
                [_cells(place, line) for place, line in enumerate(draft.lines)],
                column_config=_columns(draft),
                column_order=_ORDER,
                num_rows="dynamic",
                width="stretch",
                key=f"{key}.lines",
            )
        expiry = st.date_input("Valid until", _until(staff, draft), key=f"{key}.expiry")
        fields = Fields(key)
        fields.text("reason", REASON, None)
        messages = st.container(key="revise-messages")
        with st.container(horizontal=True, gap="small"):
            sent = st.form_submit_button("Send again", type="primary", icon=":material/send:")
            if st.form_submit_button("Cancel"):
                st.rerun()
    if sent:
        with messages:
            act(
                "The estimate is sent again, and open.",
                lambda: estimate_revisions.send_again(
                    staff,
                    number,
                    [_line(row, draft) for row in edited],
                    expiry_date=expiry,
                    reason=fields.typed["reason"],
                    seen=seen.start,
                    now=utc_now(),
                ),
                drawn=fields,
                form=_form(number),
            )


def _until(staff: Staff, draft: Draft) -> date | None:
    """Return the day that is offered: as before, or anew where that is over."""
    today = organisation.get(staff).today(utc_now())
    over = draft.expiry_date is not None and draft.expiry_date < today
    return today + ANEW if over else draft.expiry_date


def _cells(place: int, line: DraftLine) -> dict[str, object]:
    """Return a line as cells to edit; the grid knows decimals as floats alone."""
    return {
        "place": place,
        "name": line.name,
        "description": line.description or "",
        "quantity": float(line.quantity),
        "unit": line.unit or "",
        "unit_price": float(line.unit_price),
        "discount": float(line.discount_percent or 0),
        "tax": line.tax,
        "optional": line.optional,
        "selected": line.selected,
        "least": _float(line.minimum_quantity),
        "most": _float(line.maximum_quantity),
    }


def _columns(draft: Draft) -> dict[str, object]:
    """Return how the cells of lines are edited."""
    column = st.column_config
    taxes = list(dict.fromkeys(["", *(line.tax for line in draft.lines)]))
    return {
        "place": None,
        # in sight on a telephone, too, while the others scroll
        "name": column.TextColumn("Item", required=True, max_chars=200, width=140, pinned=True),
        "description": column.TextColumn("Description", max_chars=2_000, width=220),
        "quantity": column.NumberColumn("Quantity", required=True, default=1.0, width=95),
        "unit": column.TextColumn("Unit", max_chars=40, width=75),
        "unit_price": column.NumberColumn(
            f"Price ({draft.currency})", required=True, default=0.0, width=115
        ),
        "discount": column.NumberColumn(
            "Discount %", min_value=0, max_value=100, default=0.0, width=110
        ),
        "tax": column.SelectboxColumn("Tax", options=taxes, default="", width=120),
        "optional": column.CheckboxColumn(
            "Optional", default=False, width=95, help="The customer may leave it out."
        ),
        "selected": column.CheckboxColumn(
            "Ticked",
            default=True,
            width="small",
            help="Of optional lines: whether the total has it.",
        ),
        "least": column.NumberColumn(
            "At least", min_value=0, width=95, help="The customer chooses a quantity from here"
        ),
        "most": column.NumberColumn("At most", min_value=0, width=95, help="up to here."),
    }


def _line(row: dict[str, Any], draft: Draft) -> DraftLine:
    """Return what was edited of a line; what no cell holds is as it was."""
    place = row.get("place")
    known = draft.lines[int(place)] if place is not None and place == place else None  # NaN
    tax = next((line for line in draft.lines if row.get("tax") and line.tax == row["tax"]), None)
    percent = _decimal(row.get("discount"))
    before = known or DraftLine("", Decimal(1), Decimal(0))
    return replace(
        before,
        name=str(row.get("name") or ""),
        description=str(row.get("description") or ""),
        quantity=_decimal(row.get("quantity")),
        unit=str(row.get("unit") or ""),
        unit_price=_decimal(row.get("unit_price")),
        discount_percent=percent or None,
        # an amount off the line stays while its price is what it was
        discount_minor=before.discount_minor if not percent and known else 0,
        tax_name=tax.tax_name if tax else None,
        tax_percent=tax.tax_percent if tax else None,
        several=tax.several if tax else (),
        optional=bool(row.get("optional")),
        # of a new row a tick that nobody touched may be missing
        selected=row.get("selected") in (True, None),
        minimum_quantity=_limit(row.get("least")),
        maximum_quantity=_limit(row.get("most")),
    )


def _float(number: Decimal | None) -> float | None:
    return None if number is None else float(number)


def _limit(number: object) -> Decimal | None:
    """Return a limit of the grid; an empty cell, which may be no number at all, is none."""
    limit = _decimal(number)
    return limit if limit and not limit.is_nan() else None


def _decimal(number: object) -> Decimal:
    """Return a number of the grid exactly as it was typed."""
    return Decimal(str(number)) if isinstance(number, int | float) else Decimal(0)


def _form(number: str) -> str:
    return f"staff.estimate.{number}"
