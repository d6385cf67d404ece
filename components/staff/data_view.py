"""What is published for analysts, for staff: freshness, files, questions and answers."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from itertools import accumulate
from typing import Any
from unicodedata import east_asian_width

import streamlit as st
from babel.numbers import format_decimal

from components.charts import charts
from components.session import require_staff
from components.ui import address, cards, links
from components.ui import format as say
from components.ui.markup import Markup, join, said, tag
from portal_data.analysts import publications
from portal_data.analysts.publications import Answer, State
from portal_data.analysts.published import Published
from portal_data.analysts.questions import QUESTIONS, Kind
from portal_data.business.organisation import Organisation

MOST_ROWS = 100
"""Rows of an answer on the screen; its CSV has all."""
_MOST_BARS = 10
_MEASURED = {Kind.MONEY, Kind.NUMBER, Kind.PERCENT, Kind.WHOLE}
_BAR = 34  # pixels of height
_TICK = 28  # letters beside a bar
_STACKS = {3: 450, 5: 700, 8: 980}
"""How wide a table of at most so many columns must be, in pixels; see portal.css."""
_STACKS_MANY = 1000
_COLOURS = ("#000001", "#000002", "#000005", "#000006", "#000007")
_AGES = ("#000003", "#000004", "#000005", "#000006", "#000007")


def freshness(state: State, business: Organisation) -> Markup:
    """Return when was published what, and where it came from."""
    shown = state.published
    if shown is None:
        return cards.card("Freshness", cards.empty("Nothing is published yet", _when(state)))
    backup = None
    if shown.backup:
        backup = [shown.backup, f"imported {_moment(shown.backup_imported_at, business)}"]
    pairs = [
        ("Published", _moment(shown.published_at, business)),
        ("Books changed", _moment(shown.books_changed_at, business)),
        ("Backup", join(*(said(line, "div") for line in backup)) if backup else "None imported"),
        ("Took", f"{say.quantity(Decimal(str(round(shown.seconds, 1))), business.locale)} s"),
        ("Next", _when(state)),
    ]
    return cards.card("Freshness", cards.facts(pairs))


def files(published: Published | None, locale: str) -> Markup:
    """Return the files to download, with their sizes."""
    if published is None:
        return cards.card("Files", cards.empty("No files yet", "Publish first."))
    tables = len(published.rows)
    rows = format_decimal(sum(published.rows.values()), locale=locale)
    about = (
        ("DuckDB file", published.database_bytes, "For DuckDB 1.2 or later",
         links.analytics("analytics.duckdb")),
        ("Parquet files", published.parquet_bytes, f"{tables} files in a zip",
         links.analytics("parquet.zip")),
    )  # fmt: skip
    offered = [
        cards.row(
            label,
            f"{note} · {_size(size, locale)}",
            after=tag("a", cards.icon("download"), "Download", href=href, download="",
                      class_="pt-button", aria_label=f"Download: {label}"),
        )
        for label, size, note, href in about
    ]  # fmt: skip
    return cards.card(
        "Files", cards.rows(offered), cards.sub(f"{tables} tables, {rows} rows, all of one moment.")
    )


@st.fragment(run_every=1.0)
def watch() -> None:
    """Say that a publication is made, until it is."""
    staff = require_staff()
    if publications.state(staff).underway:
        cards.draw(tag("p", cards.icon("sync"), " Publishing…", class_="pt-sub", role="status"))
    else:
        st.rerun()


def choose() -> str:
    """Draw the choice of a question, kept in the address, and return its name."""
    # bound to the address, Streamlit would write the title there and not the question's own name
    given = address.text("question")
    before = given if given in QUESTIONS else next(iter(QUESTIONS))
    chosen: str = st.selectbox(
        "Question",
        list(QUESTIONS),
        index=list(QUESTIONS).index(before),
        format_func=lambda slug: QUESTIONS[slug].title,
        key=f"data.question.{before}",
    )
    if chosen != before:
        st.query_params["question"] = chosen
    return chosen


def chart(answer: Answer, business: Organisation) -> None:
    """Draw an answer's chart, of one currency where it has several."""
    question = answer.question
    names = [column.name for column in question.columns]
    rows = [dict(zip(names, row, strict=True)) for row in answer.rows]
    currency = business.currency_code
    labels = {column.name: column for column in question.columns}
    if question.chart.along != "currency_code" and "currency_code" in names:
        codes = [str(row["currency_code"]) for row in rows]
        currency = currency if currency in codes else next(iter(codes), currency)
        rows = [row for row in rows if row["currency_code"] == currency]
    if question.chart.kind == "bars":
        rows = rows[:_MOST_BARS]
    if not rows:
        return
    kinds = {labels[name].kind for name in question.chart.values}
    unit = currency if Kind.MONEY in kinds else "%" if Kind.PERCENT in kinds else ""
    drawn = ", ".join(labels[name].label for name in question.chart.values)
    lying = question.chart.kind == "bars"
    words = f"{question.title} {drawn}{f' in {unit}' if unit else ''}, {len(rows)} rows."
    cards.draw(cards.sub(f"{drawn}{f' in {unit}' if unit else ''}"))
    charts.draw(
        _figure(answer, rows, business.locale),
        f"answer.{question.slug}",
        words=words,
        height=max(len(rows) * _BAR, 120) + 30 if lying else 260,
    )


def table(answer: Answer, business: Organisation) -> Markup:
    """Return an answer's rows as a table, the first of many."""
    columns = answer.question.columns
    if not answer.rows:
        return cards.empty("Nothing to show", "The published books have no rows for this question.")
    ends = [column.kind in _MEASURED for column in columns]
    heads = [
        tag("th", column.label, scope="col", class_="end" if end else None)
        for column, end in zip(columns, ends, strict=True)
    ]
    place = next((at for at, column in enumerate(columns) if column.kind is Kind.CURRENCY), None)
    body = []
    for row in answer.rows[:MOST_ROWS]:
        currency = str(row[place]) if place is not None else business.currency_code
        cells = [
            tag(
                "td",
                said(_cell(column.kind, value, currency, business.locale)),
                class_="end" if end else "grow" if column.kind is Kind.TEXT else None,
                data_label=column.label,
            )
            for column, value, end in zip(columns, row, ends, strict=True)
        ]
        body.append(tag("tr", cells))
    left_out = len(answer.rows) - MOST_ROWS
    needs = next((width for most, width in _STACKS.items() if len(columns) <= most), _STACKS_MANY)
    look = f"pt-table stacks-{needs}"
    return join(
        tag(
            "div",
            tag("table", tag("thead", tag("tr", heads)), tag("tbody", body), class_=look),
            class_="pt-answer",
            tabindex="0",
            role="region",
            aria_label=answer.question.title,
        ),
        cards.sub(f"{left_out:,} more rows in the CSV.") if left_out > 0 else None,
    )


def csv(slug: str) -> Markup:
    """Return the button that saves an answer's rows as CSV."""
    href = links.analytics(f"{slug}.csv")
    button = tag("a", cards.icon("download"), "CSV", href=href, download="", class_="pt-button")
    return tag("div", button, class_="pt-actions")


def _figure(answer: Answer, rows: Sequence[dict[str, Any]], locale: str) -> dict[str, Any]:
    question = answer.question
    labels = {column.name: column for column in question.columns}
    along = [
        _tick(labels[question.chart.along].kind, row[question.chart.along], locale) for row in rows
    ]
    colours = _AGES if len(question.chart.values) == len(_AGES) else _COLOURS
    lying = question.chart.kind == "bars"
    traces = []
    for name, colour in zip(question.chart.values, colours, strict=False):
        values = [float(row[name] or 0) for row in rows]
        texts = [
            _cell(labels[name].kind, row[name], str(row.get("currency_code", "")), locale) or "–"
            for row in rows
        ]
        drawn = {"mode": "lines+markers", "line": {"color": colour, "width": 2}}
        traces.append(
            {
                "type": "scatter" if question.chart.kind == "lines" else "bar",
                "name": labels[name].label,
                "orientation": "h" if lying else None,
                "x": values if lying else along,
                "y": along if lying else values,
                "customdata": texts,
                "hovertemplate": "%{customdata}",
                **(drawn if question.chart.kind == "lines" else {"marker": {"color": colour}}),
            }
        )
    measured = {"fixedrange": True, "automargin": True, "zeroline": False, "rangemode": "tozero"}
    named = {
        "type": "category", "fixedrange": True, "automargin": True, "showgrid": False,
        "tickangle": 0, "nticks": 0 if lying else 7,
    }  # fmt: skip
    return {
        "data": traces,
        "layout": charts.layout(
            barmode="stack" if lying else "group",
            bargap=0.35,
            hovermode="y unified" if lying else "x unified",
            showlegend=len(traces) > 1,
            legend={
                "orientation": "h",
                "x": 0,
                "y": 1.02,
                "yanchor": "bottom",
                "traceorder": "normal",
            },
            margin={"l": 0, "r": 8, "t": 30 if len(traces) > 1 else 6, "b": 0},
            xaxis=measured if lying else named,
            yaxis={**named, "autorange": "reversed", "ticksuffix": "  "} if lying else measured,
        ),
    }


def _tick(kind: Kind, value: Any, locale: str) -> str:
    text = _cell(kind, value, "", locale)
    # Chinese and Japanese characters take the room of two
    ends = list(accumulate(1 + (east_asian_width(character) in "WF") for character in text))
    return text if not ends or ends[-1] <= _TICK else f"{text[: bisect_left(ends, _TICK)]}…"


def _cell(kind: Kind, value: Any, currency: str, locale: str) -> str:
    """Return a value as people read it; nothing is empty."""
    if value is None:
        return ""
    if kind is Kind.MONEY:
        return say.price(value, currency, locale)
    if kind in (Kind.NUMBER, Kind.WHOLE):
        return say.quantity(Decimal(str(value)), locale)
    if kind is Kind.PERCENT:
        return f"{say.quantity(Decimal(str(value)), locale)}%"
    if kind is Kind.DATE:
        return say.day(value, locale)
    if kind is Kind.MONTH:
        return say.month(value, locale)
    return str(value)


def _moment(text: str | None, business: Organisation) -> str:
    if text is None:
        return "Never"
    moment = business.time_of(datetime.fromisoformat(text))
    return f"{say.day(moment.date(), business.locale)}, {moment:%H:%M}"


def _size(size: int, locale: str) -> str:
    return f"{format_decimal(round(size / 1e6, 1), locale=locale)} MB"


def _when(state: State) -> str:
    if not state.every_minutes:
        return "Only when somebody publishes"
    return f"After changes, at most every {state.every_minutes} minutes, and after midnight"
