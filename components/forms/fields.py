"""Fields of a form, each with room for the sentence that says why it cannot be used."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components.ui import cards
from components.ui import format as say
from components.ui.markup import tag
from portal_data import money
from portal_data.text.form_fields import Field
from portal_data.text.language import _, _p


@dataclass(slots=True)
class Fields:
    """The fields drawn so far under one key, with what was typed into each."""

    key: str
    typed: dict[str, str] = field(default_factory=dict)
    _rooms: dict[str, DeltaGenerator] = field(default_factory=dict)
    _labels: dict[str, str] = field(default_factory=dict)

    def text(self, name: str, about: Field, value: str | None) -> None:
        """Draw a field of one or several lines."""
        draw = st.text_area if about.multiline else st.text_input
        with self._room(name, about.label):
            self.typed[name] = draw(
                _(about.label) + (" *" if about.required else ""),
                value or "",
                # above the field's own limit, so that too long a text is refused and not cut
                max_chars=about.limit * 2,
                help=_(about.help) if about.help else None,
                key=f"{self.key}.{name}",
                **({"height": 100} if about.multiline else {}),
            )

    def choice(
        self,
        name: str,
        about: Field,
        value: str,
        options: Sequence[str],
        label: Callable[[str], str] = str,
    ) -> None:
        """Draw a choice that can be searched; the present value is always one of them."""
        offered = list(options) if value in options else [value, *options]
        with self._room(name, about.label):
            self.typed[name] = st.selectbox(
                _(about.label),
                offered,
                index=offered.index(value),
                format_func=label,
                help=_(about.help) if about.help else None,
                key=f"{self.key}.{name}",
            )

    def colour(self, name: str, about: Field, value: str) -> None:
        """Draw a colour."""
        with self._room(name, about.label):
            self.typed[name] = st.color_picker(_(about.label), value, key=f"{self.key}.{name}")

    def limit(
        self, name: str, label: str, minor: int | None, currency: str, *, note: str
    ) -> int | None:
        """Draw the field of an amount that may be none; return it in minor units."""
        places = money.exponent(currency)
        with self._room(name, label):
            typed = st.number_input(
                f"{_(label)} ({currency})",
                min_value=0.0,
                value=None if minor is None else float(money.to_decimal(minor, currency)),
                step=float(Decimal(1).scaleb(-places)),
                format=f"%.{places}f",
                placeholder=_p("limit", "None"),
                help=note,
                key=f"{self.key}.{name}",
            )
        return None if typed is None else money.to_minor(Decimal(str(typed)), currency)

    def refuse(self, sentences: Mapping[str, str]) -> list[str]:
        """Say at each named field why it cannot be used; return the labels of those fields."""
        for name, sentence in sentences.items():
            with self._rooms[name]:
                cards.draw(tag("p", sentence, class_="pt-refused", role="alert"))
        return [self._labels[name] for name in sentences]

    def _room(self, name: str, label: str) -> DeltaGenerator:
        self._labels[name] = _(label)
        self._rooms[name] = st.container(key=f"field-{self.key}-{name}", gap="xsmall")
        return self._rooms[name]


def amount(label: str, minor: int, currency: str, *, key: str) -> int:
    """Draw the field of an amount of money, which begins as `minor`; return it in minor units."""
    places = money.exponent(currency)
    typed = st.number_input(
        f"{label} ({currency})",
        min_value=0.0,
        value=float(money.to_decimal(minor, currency)),
        step=float(Decimal(1).scaleb(-places)),
        format=f"%.{places}f",
        key=key,
    )
    return money.to_minor(Decimal(str(typed)), currency)


def refused(reason: object) -> None:
    """Say why a whole form was not accepted."""
    st.error(say.escape_markdown(reason), icon=":material/error:")
