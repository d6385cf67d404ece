"""Telling what a file of an upload is.

A file is recognised by its header, because exports may be renamed; its name decides only when the
header cannot (an empty file, or one that lost the telling column).
"""

import re

from portal_data.zoho import document_modules as documents
from portal_data.zoho import modules
from portal_data.zoho.columns import Module
from portal_data.zoho.tables import Table

_MODULES = (
    modules.RATES,
    modules.CUSTOMERS,
    modules.PERSONS,
    modules.ITEMS,
    modules.PROJECTS,
    modules.TASKS,
    documents.ESTIMATES,
    documents.INVOICES,
    documents.RETAINERS,
    documents.CREDIT_NOTES,
    documents.RECURRING,
    modules.PAYMENTS,
    modules.APPLICATIONS,
    modules.REFUNDS,
    modules.TIME,
)
_BY_FILE = {file: module for module in _MODULES for file in module.files}
_NOT_OURS = re.compile(
    r"vendor|purchase|expense|sales_?order|recurring_?(bill|expense)|journal|budget|deposit|price_?list|asset"
    r"|inventory|chart_of|transfer|activity|replenish|(^|_)bills?($|_)|^task$|^fz_"
)
_SIGNS: tuple[tuple[frozenset[str], Module], ...] = tuple(
    (frozenset(signs), module)
    for module, *alternatives in (
        (documents.RECURRING, {"recurring invoice id"}, {"recurring invoice name"}),
        (modules.PERSONS, {"contact person id"}, {"is primary", "emailid"}),
        (modules.TIME, {"timesheet id"}, {"time spent", "staff name"}),
        (modules.TASKS, {"task rate per hour"}, {"task name", "is billable"}),
        (modules.PROJECTS, {"project budget hours"}, {"project id", "billing type"}),
        (
            modules.PAYMENTS,
            {"customerpayment id"},
            {"payment number", "mode"},
            {"payment id", "mode"},
        ),
        (documents.CREDIT_NOTES, {"creditnotes id"}, {"credit note number", "credit note date"}),
        (modules.REFUNDS, {"credit note number", "mode of refund"}),
        (modules.APPLICATIONS, {"credit note number", "invoice number", "amount"}),
        (
            documents.RETAINERS,
            {"retainer invoice number"},
            {"retainerinvoice number"},
            {"retainer number"},
        ),
        (
            documents.INVOICES,
            {"invoice id", "invoice number"},
            {"invoice number", "invoice status"},
        ),
        (documents.INVOICES, {"invoice number", "item name"}, {"invoice number", "due date"}),
        (
            documents.ESTIMATES,
            {"quote id"},
            {"quote number", "quote date"},
            {"quote number", "item name"},
        ),
        (documents.ESTIMATES, {"estimate id"}, {"estimate number", "estimate date"}),
        (documents.ESTIMATES, {"estimate number", "expiry date"}, {"quote number", "expiry date"}),
        (
            modules.ITEMS,
            {"item id", "product type"},
            {"item id", "rate"},
            {"item name", "product type"},
        ),
        (modules.RATES, {"currency code", "exchange rate", "date"}),
        (modules.CUSTOMERS, {"contact id", "display name"}, {"customer id", "display name"}),
        (
            modules.CUSTOMERS,
            {"display name", "payment terms label"},
            {"contact id", "contact name"},
        ),
        (modules.CUSTOMERS, {"customer id", "portal enabled"}, {"display name", "emailid"}),
    )
    for signs in alternatives
)


def recognise(table: Table) -> Module | None:
    """Return which of our modules a table is, or None for a file that is not imported."""
    if foreign(table.name):
        return None
    columns = table.positions.keys()
    for signs, module in _SIGNS:
        if signs <= columns:
            return module
    return expected(table.name)


def foreign(file: str) -> bool:
    """Tell whether a file's name is that of a module which the portal has no use for."""
    return bool(_NOT_OURS.search(_stem(file)))


def expected(file: str) -> Module | None:
    """Return the module a file's name promises, or None."""
    return _BY_FILE.get(_stem(file))


def _stem(file: str) -> str:
    """Invoice.csv, Invoice00.csv and invoice (1).csv are all `invoice`."""
    stem = file.lower().removesuffix(".csv").removesuffix(".xlsx")
    return re.sub(r"[ _-]*(\(\d+\)|\d+)$", "", stem).strip().replace(" ", "_").replace("-", "_")
