"""A phone shows numbers and choices whole: on one line, and as wide as their words."""

from collections.abc import Callable

import pytest

from tests.browser.conftest import Window
from tools.browser import settle

ALICE = "imogen@brackenridge.example"
Open = Callable[..., Window]


@pytest.mark.parametrize(
    ("path", "numbers"),
    [("/statements?period=this_year", ".pt-statement .what a"), ("/payments", ".shown .whole")],
)
def test_numbers_stay_on_one_line(window: Open, path: str, numbers: str) -> None:
    page = window("phone").open_as(ALICE, path)
    settle(page)
    lines = page.locator(numbers).evaluate_all(
        """links => links.map((link) => {
            const range = document.createRange()
            range.selectNodeContents(link)
            return new Set([...range.getClientRects()].map((each) => Math.round(each.top))).size
        })"""
    )
    assert len(lines) > 20
    assert set(lines) == {1}


def test_the_order_of_a_list_is_read_whole(window: Open) -> None:
    opened = window("phone")
    page = opened.open_as(ALICE)
    for path in ("/projects", "/invoices?sort=balance", "/timesheets"):
        page.goto(opened.portal.url + path)
        settle(page)
        room, needed = page.locator(".order select").evaluate(
            """select => {
                const copy = document.createElement("span")
                const style = getComputedStyle(select)
                copy.style.cssText = `position: absolute; white-space: nowrap; font: ${style.font}`
                copy.textContent = select.selectedOptions[0].textContent
                select.parentNode.append(copy)
                const needed = copy.getBoundingClientRect().width
                copy.remove()
                return [select.clientWidth - 2 * parseFloat(style.paddingLeft), needed]
            }"""
        )
        assert room >= needed, path
