"""Invoices: what is owed and what is settled; filter, search, order and page are the address."""

import functools

from components import address, cards, links
from components import record_list as listing
from components.invoice_list import COLUMNS, FILTERS, ORDERS, empty, heading, row
from components.session import require_scope
from portal_data import invoices, organisation
from portal_data.clock import utc_now
from portal_data.invoices import Filter, Sort

scope = require_scope()

business = organisation.get(scope)
today = business.today(utc_now())
wanted, sort = address.choice("status", Filter.ALL), address.choice("sort", Sort.NEWEST)
search, page = address.text("q"), address.number("page")

found = invoices.list_page(scope, today=today, wanted=wanted, search=search, sort=sort, page=page)
if page > 1 and not found.rows:
    page = 1
    found = invoices.list_page(scope, today=today, wanted=wanted, search=search, sort=sort)

to = functools.partial(
    links.page,
    "invoices",
    status=None if wanted is Filter.ALL else wanted,
    sort=None if sort is Sort.NEWEST else sort,
    q=search,
)

cards.draw(cards.head("Invoices"))
listing.record_list(
    "invoices",
    "Invoices",
    [heading(column, sort, to) for column in COLUMNS],
    [row(each, business.locale) for each in found.rows],
    empty(search, wanted),
    filters=[
        listing.Choice(
            label,
            to(status=None if each is Filter.ALL else each),
            each is wanted,
            f"{found.counts[each]:,}",
        )
        for each, label in FILTERS.items()
    ],
    orders=[
        listing.Choice(label, to(sort=None if each is Sort.NEWEST else each), each is sort)
        for each, label in ORDERS.items()
    ],
    search=listing.Search("Number, subject or reference", search, to(q=None)),
    pager=listing.pager(
        page,
        invoices.PAGE_SIZE,
        found.total,
        lambda number: to(page=number if number > 1 else None),
    ),
)
