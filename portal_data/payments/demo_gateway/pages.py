"""The hosted pages of the demo gateway: what they show, and what a form of theirs does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from portal_data.errors import Invalid
from portal_data.payments.demo_gateway import lookup, payments, rows, saving
from portal_data.payments.demo_gateway.records import (
    DEPOSIT_TRIES,
    Payment,
    SavedMethod,
    Saving,
    Scenario,
    Stage,
)
from portal_data.payments.provider import State

_LONGEST_NUMBER = 4  # digits of cents, and of steps that are anybody's


@dataclass(frozen=True, slots=True)
class Page:
    """What a page shows. `step` is which of its forms it is: an older one does nothing.

    `stage` is None once nothing is left to do; then `saved` says whether a method was.
    """

    of_payment: bool
    step: int
    stage: Stage | None
    name: str
    email: str
    kinds: tuple[str, ...]
    return_url: str
    cancel_url: str
    currency_code: str = ""
    amount_minor: int = 0
    lines: tuple[tuple[str, int], ...] = ()
    save_method: bool = False
    failure_code: str | None = None
    amounts: tuple[int, int] | None = None
    tries_left: int = DEPOSIT_TRIES


def opened(token: str, now: datetime) -> Page:
    """Return the page of a token. Raises NotFound or ProviderError for one of nothing."""
    reference = rows.opened(token)
    if reference.startswith("demo_pi_"):
        return _of_payment(reference, now)
    found = lookup.read(Saving, reference, now)
    page, stage = found.kept, found.kept.stage_at(now)
    account = lookup.read(SavedMethod, page.method, now).kept if page.method else None
    waits = stage in (Stage.CHOOSE, Stage.AMOUNTS)
    return Page(
        of_payment=False,
        step=found.version,
        stage=stage if waits else None,
        name=page.name,
        email="",
        kinds=tuple(page.kinds),
        return_url=page.return_url,
        cancel_url=page.return_url,
        amounts=account.amounts if account and stage is Stage.AMOUNTS else None,
        tries_left=DEPOSIT_TRIES - (account.tries if account else 0),
    )


def _of_payment(reference: str, now: datetime) -> Page:
    found = lookup.read(Payment, reference, now)
    payment = found.kept
    waits = payment.stage in (Stage.CHOOSE, Stage.CONFIRM)
    over = not waits or payment.state(now) is State.EXPIRED
    return Page(
        of_payment=True,
        step=found.version,
        stage=None if over else payment.stage,
        name=payment.name,
        email=payment.email,
        kinds=tuple(payment.kinds),
        return_url=payment.return_url,
        cancel_url=payment.cancel_url,
        currency_code=payment.currency_code,
        amount_minor=payment.amount_minor,
        lines=tuple(payment.lines),
        save_method=payment.save_method,
        failure_code=payment.failure.code if payment.failure else None,
    )


def sent(token: str, form: Mapping[str, str], address: str | None, now: datetime) -> str | None:
    """Do what a form says; return where its sender goes on, or None for the page again.

    Events go to `address`. Raises as `opened` does, and Invalid for what the page does not offer.
    """
    reference = rows.opened(token)
    step = _number(form.get("step", ""))
    if step is None:
        raise Invalid("The form does not say which one it is.")
    scenario = _scenario(form.get("scenario"))
    lost, twice = form.get("events") == "lost", form.get("events") == "twice"
    if reference.startswith("demo_pi_"):
        answer = {"yes": True, "no": False}.get(form.get("confirmed", ""))
        chosen = payments.Chosen(
            scenario=scenario,
            confirmed=answer,
            save="save" in form,
            lost=lost,
            twice=twice,
            refunds_fail="refunds_fail" in form,
        )
        return payments.choose(reference, step, chosen, address, now)
    first, second = _number(form.get("first", "")), _number(form.get("second", ""))
    amounts = None if first is None or second is None else (first, second)
    wanted = saving.Chosen(scenario=scenario, amounts=amounts, lost=lost, twice=twice)
    return saving.choose(reference, step, wanted, address, now)


def _scenario(word: str | None) -> Scenario | None:
    try:
        return Scenario(word) if word else None
    except ValueError as error:
        raise Invalid("That is not offered.") from error


def _number(text: str) -> int | None:
    text = text.strip()
    plain = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    return int(text) if plain else None
