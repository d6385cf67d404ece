"""Telling what a file of an upload is.

A file is recognised by its header, because exports may be renamed; its name decides only when the
header cannot (an empty file, or one that lost the telling column).
"""

import re

from portal_data.zoho.columns import Module
from portal_data.zoho.modules import (
    APPLICATIONS,
    CREDIT_NOTES,
    CUSTOMERS,
    ESTIMATES,
    INVOICES,
    ITEMS,
    MODULES,
    PAYMENTS,
    PERSONS,
    PROJECTS,
    RATES,
    REFUNDS,
    RETAINERS,
    TASKS,
    TIME,
)
from portal_data.zoho.tables import Table

_BY_FILE = {file: module for module in MODULES for file in module.files}
_NOT_OURS = re.compile(
    r"vendor|purchase|expense|sales_?order|recurring|journal|budget|deposit|price_?list|asset"
    r"|inventory|chart_of|transfer|activity|replenish|(^|_)bills?($|_)|^task$|^fz_"
)
_SIGNS: tuple[tuple[frozenset[str], Module], ...] = tuple(
    (frozenset(signs), module)
    for module, *alternatives in (
        (PERSONS, {"contact person id"}, {"is primary", "emailid"}),
        (TIME, {"timesheet id"}, {"time spent", "staff name"}),
        (TASKS, {"task rate per hour"}, {"task name", "is billable"}),
        (PROJECTS, {"project budget hours"}, {"project id", "billing type"}),
        (PAYMENTS, {"customerpayment id"}, {"payment number", "mode"}, {"payment id", "mode"}),
        (CREDIT_NOTES, {"creditnotes id"}, {"credit note number", "credit note date"}),
        (REFUNDS, {"credit note number", "mode of refund"}),
        (APPLICATIONS, {"credit note number", "invoice number", "amount"}),
        (
            RETAINERS,
            {"retainer invoice number"},
            {"retainerinvoice number"},
            {"retainer number"},
        ),
        (INVOICES, {"invoice id", "invoice number"}, {"invoice number", "invoice status"}),
        (INVOICES, {"invoice number", "item name"}, {"invoice number", "due date"}),
        (ESTIMATES, {"quote id"}, {"quote number", "quote date"}, {"quote number", "item name"}),
        (ESTIMATES, {"estimate id"}, {"estimate number", "estimate date"}),
        (ESTIMATES, {"estimate number", "expiry date"}, {"quote number", "expiry date"}),
        (ITEMS, {"item id", "product type"}, {"item id", "rate"}, {"item name", "product type"}),
        (RATES, {"currency code", "exchange rate", "date"}),
        (CUSTOMERS, {"contact id", "display name"}, {"customer id", "display name"}),
        (CUSTOMERS, {"display name", "payment terms label"}, {"contact id", "contact name"}),
        (CUSTOMERS, {"customer id", "portal enabled"}, {"display name", "emailid"}),
    )
    for signs in alternatives
)


def recognise(table: Table) -> Module | None:
    """Return which of our modules a table is, or None for a file that is not imported."""
    stem = _stem(table.name)
    if _NOT_OURS.search(stem):
        return None
    columns = table.positions.keys()
    for signs, module in _SIGNS:
        if signs <= columns:
            return module
    return _BY_FILE.get(stem)


def expected(file: str) -> Module | None:
    """Return the module a file's name promises, or None."""
    return _BY_FILE.get(_stem(file))


def _stem(file: str) -> str:
    """Invoice.csv, Invoice00.csv and invoice (1).csv are all `invoice`."""
    stem = file.lower().removesuffix(".csv")
    return re.sub(r"[ _-]*(\(\d+\)|\d+)$", "", stem).strip().replace(" ", "_").replace("-", "_")
