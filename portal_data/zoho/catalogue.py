"""Items with their taxes, and exchange rates."""

from decimal import Decimal

from portal_data.zoho import cells
from portal_data.zoho.defects import CellError
from portal_data.zoho.records import Reading, Record, Row, absent_columns, split_key

_ITEM_SOURCES = {
    "sku": ("sku",),
    "description": ("description",),
    "unit": ("unit",),
    "kind": ("product_type",),
    "unit_price": ("rate",),
    "currency_code": ("rate",),
    "status": ("status",),
}


def read_items(rows: list[Row], reading: Reading) -> list[Record]:
    """Return the items; the tax of one is named in `links`."""

    def build(row: Row) -> Record:
        name = row.text("name")
        if name is None:
            raise CellError("The name is missing.", "Enter it.", column=row.header("name"))
        currency, price = _price(row)
        row.watch(reading.findings, "name", "description")
        links = {}
        if row.key("tax_name"):
            kind = "group" if "group" in row.key("tax_type").lower() else "simple"
            percent = row.percent("tax_percent") or Decimal(0)
            links["tax"] = tax_key(row.key("tax_name"), percent, kind)
        return Record(
            kind="item",
            external_id=split_key(row.identifier("id"), name.strip().lower()),
            subject=name,
            file=row.file,
            row=row.number,
            values={
                "name": name,
                "sku": row.text("sku"),
                "description": row.text("description"),
                "kind": "service" if "service" in row.key("product_type").lower() else "goods",
                "unit": row.text("unit"),
                "unit_price": price,
                "currency_code": currency,
                "status": "inactive" if row.key("status").lower() == "inactive" else "active",
            },
            links=links,
            absent=absent_columns(row.layout, _ITEM_SOURCES),
        )

    return reading.collect(rows, "item", lambda row: row.key("name") or row.key("id"), build)


def read_rates(rows: list[Row], reading: Reading) -> list[Record]:
    """Return exchange rates, one a currency and day."""

    def build(row: Row) -> Record:
        code = row.currency("currency")
        if code is None:
            raise CellError("The currency is missing.", "Enter it.", column=row.header("currency"))
        day = row.needed_date("date")
        return Record(
            kind="exchange rate",
            external_id=f"{code}:{day}",
            subject=f"{code} of {day}",
            file=row.file,
            row=row.number,
            values={"currency_code": code, "date": day, "rate": row.rate("rate")},
        )

    return reading.collect(
        rows, "exchange rate", lambda row: f"{row.key('currency')} of {row.key('date')}", build
    )


def tax_key(name: str, percent: Decimal, kind: str) -> str:
    """Return the key of a tax: Zoho's exports name taxes and their percentage, but carry no ids."""
    return f"{name}|{percent.normalize():f}|{kind}"


def _price(row: Row) -> tuple[str | None, object]:
    if not row.key("rate"):
        return None, None
    try:
        return cells.priced(row.raw("rate"))
    except CellError as error:
        error.column = row.header("rate")
        raise
