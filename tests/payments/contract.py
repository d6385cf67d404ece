"""Whether a call of ours is one that Stripe's library describes, and an answer one that it reads.

The types of the library are generated from Stripe's own description of its API, of the very
version that the library speaks. Removed and misspelt parameters, wrong words and types are found
here, which Stripe would refuse and its stand-ins let pass.
"""

import functools
import importlib
import inspect
import re
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, Literal, Union

import pytest
import stripe
import stripe.checkout
import typing_extensions

_SERVICES = (
    stripe.CustomerService,
    stripe.CustomerPaymentMethodService,
    stripe.DisputeService,
    stripe.PaymentIntentService,
    stripe.PaymentMethodService,
    stripe.RefundService,
    stripe.checkout.SessionService,
)


def watch(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Check every call of the services, and return the list of those that were made."""
    calls: list[str] = []
    for service in _SERVICES:
        for name, function in list(vars(service).items()):
            if name.startswith("_") or not inspect.isfunction(function):
                continue
            if "params" in inspect.signature(function).parameters:
                checked = _checked(function, f"{service.__name__}.{name}", calls)
                monkeypatch.setattr(service, name, checked)
    return calls


def _checked(function: Callable[..., Any], place: str, calls: list[str]) -> Callable[..., Any]:
    module = "stripe.params.checkout" if ".checkout" in function.__module__ else "stripe.params"
    names = re.findall(r"\w+Params\b", str(function.__annotations__["params"]))
    kind = getattr(importlib.import_module(module), names[0])

    @functools.wraps(function)
    def call(*args: Any, **named: Any) -> Any:
        given = inspect.signature(function).bind(*args, **named).arguments.get("params")
        calls.append(place)
        if given is not None:
            check(given, kind, place)
        return function(*args, **named)

    return call


def check(given: Mapping[str, Any], kind: Any, place: str) -> None:
    """Fail unless a dictionary is one of the library's kind of parameters."""
    hints = _hints(kind)
    assert set(given) <= set(hints), f"{place}: no parameter {sorted(set(given) - set(hints))}"
    missing = {
        name
        for name in kind.__required_keys__
        if name not in given and "NotRequired" not in str(kind.__annotations__[name])
    }
    assert not missing, f"{place}: lacks {sorted(missing)}"
    for name, value in given.items():
        assert _fits(value, hints[name], f"{place}.{name}"), f"{place}.{name}: {value!r}"


@functools.cache
def _hints(kind: Any) -> dict[str, Any]:
    """Return the types of the parameters of a kind, some of which its module names in texts."""
    names = {
        **vars(typing),
        **vars(stripe),
        "NoneType": type(None),
        "StripeContext": object,
        "UntypedStripeObject": typing.Dict,  # noqa: UP006 - its texts subscribe it
        **vars(importlib.import_module(kind.__module__)),
    }
    return typing_extensions.get_type_hints(kind, globalns=names)


def _fits(value: Any, hint: Any, place: str) -> bool:
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return True
    if typing_extensions.is_typeddict(hint):
        if isinstance(value, Mapping):
            check(value, hint, place)
        return isinstance(value, Mapping)
    if origin in (Union, types.UnionType):
        words = [part for part in parts if typing.get_origin(part) is Literal]
        if isinstance(value, str) and words:  # the library adds `str` to leave room for new ones
            return any(value in typing.get_args(part) for part in words)
        return any(_fits(value, part, place) for part in parts)
    if origin is Literal:
        return value in parts
    if origin is list:
        return isinstance(value, list) and all(_fits(each, parts[0], place) for each in value)
    if origin is dict:
        return isinstance(value, dict) and all(
            _fits(each, parts[1], place) for each in value.values()
        )
    return type(value) is hint


def check_answer(answer: stripe.StripeObject, place: str) -> None:
    """Fail unless an object has nothing that the library does not describe."""
    kinds = [kind for kind in type(answer).__mro__ if issubclass(kind, stripe.StripeObject)]
    described: set[str] = set().union(*(vars(kind).get("__annotations__", {}) for kind in kinds))
    given = answer.to_dict()
    if len(kinds) > 1 and type(answer).__name__ != "UntypedStripeObject":
        assert set(given) <= described, f"{place}: no field {sorted(set(given) - described)}"
    for name in given:
        value = answer[name]
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, stripe.StripeObject):
                check_answer(each, f"{place}.{name}")
