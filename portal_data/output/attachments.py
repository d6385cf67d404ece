"""Attachments of mails: the document that the payload of a mail names, made when it is sent."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeAlias

from portal_data.kinds import KINDS
from portal_data.output import document_pdfs
from portal_data.scope import Scope

Attachment: TypeAlias = tuple[str, bytes]
"""A file's name and its content."""


def make(scope: Scope, named: Mapping[str, str]) -> Attachment:
    """Return the PDF of a customer's document or statement as of the moment it was asked for.

    `named` is what `customers.forwarding` wrote. Raises NotFound when the customer has no such
    document any longer, Unavailable when its signed copy is missing.
    """
    moment = datetime.fromisoformat(named["moment"])
    if "number" in named:
        return document_pdfs.document_pdf(scope, KINDS[named["kind"]], named["number"], now=moment)
    first, last = (date.fromisoformat(named[day]) for day in ("first", "last"))
    return document_pdfs.statement_pdf(scope, named["currency"], first, last, now=moment)
