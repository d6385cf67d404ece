"""Every list and every statement of the portal, wherever it is declared."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import portal_data
from portal_data.lists import List

Described = List[Any, Any, Any, Any]

_STATEMENT = re.compile(
    r"\s*(--[^\n]*\n\s*)*((select|with)\b.*\bfrom\b|insert\b|update\b|delete\b)", re.DOTALL
)
_STARTED = {"__main__", "runtime"}  # importing them starts something


def modules() -> Iterator[tuple[str, ModuleType]]:
    """Return every module of the portal's data by its name there: `billing.invoices`."""
    prefix = f"{portal_data.__name__}."
    for info in pkgutil.walk_packages(portal_data.__path__, prefix):
        name = info.name.removeprefix(prefix)
        if name not in _STARTED:
            yield name, importlib.import_module(info.name)


def lists() -> dict[str, Described]:
    """Return every list by the name of its module and its own: `billing.invoices.LIST`."""
    return {
        f"{module_name}.{name}": value
        for module_name, module in modules()
        for name, value in vars(module).items()
        if isinstance(value, List)
    }


def statements() -> dict[str, str]:
    """Return every statement that is a constant, by its name: those of lists and all others."""
    found = {}
    for module_name, module in modules():
        for name, value in vars(module).items():
            found |= dict(_within(f"{module_name}.{name}", value))
    return found


def texts() -> Iterator[tuple[str, str]]:
    """Return every statement as it is asked, with the file that it stands in.

    What is put together when a module is loaded is whole here, and not in the module's own text.
    """
    for module_name, module in modules():
        for name, value in vars(module).items():
            for _, sql in _within(name, value):
                yield f"portal_data/{module_name.replace('.', '/')}.py", sql


def _within(name: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, List):
        value = value.statements
    if isinstance(value, str) and _STATEMENT.match(value):
        yield name, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _within(f"{name}[{key}]", each)
    elif isinstance(value, list | tuple):
        for place, each in enumerate(value):
            yield from _within(f"{name}[{place}]", each)
