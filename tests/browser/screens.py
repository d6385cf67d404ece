"""Every screen of the portal with who sees it, and how a browser looks at one."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from portal_data.text import language
from portal_data.text.language import _
from tests.browser import extremes
from tests.browser.extreme_acts import FAILED, OFFER, PAY_LINK, SIGN_IN_LINK, WAITING
from tools.browser import SIZES, Portal, settle, sign_in

CUSTOMER, STAFF = "imogen@brackenridge.example", "rowan@larkspur.example"
ARABIC, EMPTY = "layla@nakheel.example", "alex@blank.example"
NOBODY = ""


def word(email: str, text: str) -> str:
    """Return a text of the portal as somebody reads it."""
    with language.reading(extremes.LANGUAGES.get(email)):
        return _(text)


_LISTS = (
    "invoices",
    "estimates",
    "payments",
    "retainers",
    "credit_notes",
    "projects",
    "timesheets",
)
_RECORDS = ("invoice?number=INV-X", "estimate?number=EST-X", "payment?number=PAY-X",
            "credit_note?number=CN-X", "retainer?number=RET-X")  # fmt: skip

SCREENS = [
    *((NOBODY, f"/{path}") for path in ("", "forgotten", "email_link", f"offer?token={OFFER}",
                                        f"sign_in_link?token={SIGN_IN_LINK}",
                                        "sign_in_link?token=none", "accept?token=none",
                                        "reset_password?token=none", "offer?token=none",
                                        f"pay_link?token={PAY_LINK}", "pay_link?back=1")),
    *((CUSTOMER, f"/{path}") for path in ("", *_LISTS, "statements", "statements?period=all",
                                          "account", "check", "pay", "plan", "review", "security",
                                          "notifications",
                                          "notifications?status=unread",
                                          "activity", "notification_settings")),
    *((CUSTOMER, f"/{path}") for path in ("invoices?status=overdue&q=zzz",
                                          "timesheets?status=pending")),
    *((CUSTOMER, f"/{path}-{place}") for path in _RECORDS for place in range(3)),
    *((CUSTOMER, f"/{path} > first") for path in (*_LISTS, "projects?q=%D8%AA",
                                                  "timesheets?q=%D8%AA")),
    *((CUSTOMER, f"/{path} > last") for path in ("payments", "retainers", "credit_notes",
                                                 "invoices?status=partially_paid",
                                                 "estimates?status=open",
                                                 "projects?status=active&sort=hours",
                                                 "timesheets?status=partly_approved")),
    *((CUSTOMER, f"/payment?attempt={each}") for each in (FAILED, WAITING)),
    (CUSTOMER, "/timesheets?status=approved > first"),
    (CUSTOMER, "/projects?status=active&sort=hours > last > Time log"),
    *((ARABIC, f"/{path}") for path in (*_LISTS, "", "statements?period=all", "account", "review",
                                        "security", "check", "activity",
                                        "notification_settings")),
    *((ARABIC, f"/{path} > first") for path in ("payments", "retainers", "credit_notes",
                                                "estimates", "invoices", "timesheets",
                                                "projects?status=active&sort=hours")),
    (ARABIC, f"/projects?status=active&sort=hours > last > {word(ARABIC, 'Time log')}"),
    *((EMPTY, f"/{path}") for path in ("", "estimates", "invoices", "payments", "statements",
                                       "account", "review", "notifications")),
    *((STAFF, f"/{path}") for path in ("", "?status=owing", "data", "inbox", "reviews",
                                       "readiness", "organisation", "preferences", "team",
                                       "security", "notifications", "notification_settings",
                                       "mail", "mail?status=waiting", "online_payments", "bank",
                                       "online_payments?status=all")),
    *((STAFF, f"/reviews?sort={order} > first") for order in ("newest", "oldest")),
    *((STAFF, f"/data?question={name}") for name in ("unbilled-time", "views")),
    *((STAFF, f"/{path}-0") for path in _RECORDS),
    *((STAFF, f"/inbox?status=all&sort=newest > {which}") for which in ("first", "last")),
    *((STAFF, f"/?q=Brackenridge > first{more}") for more in ("", " > PAY-", " > PAY- > INV-",
                                                           " > Record payment")),
]  # fmt: skip
"""Who opens which address and then follows what: the first or last row of a list, or a link."""

_ADDRESSES = {
    (email, re.split(r"[?-]| > ", path)[0]): (email, path) for email, path in SCREENS[::-1]
}
LOADED_ON_PHONES = [
    each for (email, _path), each in _ADDRESSES.items() if email in (NOBODY, CUSTOMER, STAFF)
]
"""One of each address, to load on a phone; test_widths makes phones of the tabs with the others."""

_CLIPPED = (Path(__file__).parent / "clipped.js").read_text(encoding="utf-8")
_OVERFLOW = """() => {
  const main = document.querySelector('[data-testid="stMain"]')
  return main.scrollWidth - main.clientWidth
}"""
# rules that Streamlit's own frame breaks and a page cannot mend
_FRAME = {
    "region",  # its toolbar and its status lie outside landmarks
    "scrollable-region-focusable",  # its main block scrolls and takes no focus
}
# what Plotly draws comes by itself, after the run
_CHARTS = """() => [...document.querySelectorAll('[data-testid="stPlotlyChart"]')]
  .every(chart => chart.querySelector(".main-svg"))"""
_LOOKS = 15
_NARROW = 768  # pixels, below which Streamlit folds the navigation away
_NO_NAVIGATION = """() =>
  !document.querySelector('[data-testid="stSidebar"]:not([data-collapsed="true"])')"""
_TWO_FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
_AXE = """options => axe.run(document, { resultTypes: ["violations"], ...options })
  .then(found => found.violations)"""


@dataclass
class Tab:
    """A tab of one person, which goes from screen to screen and notes every console error."""

    page: Page
    portal: Portal
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._device = self.page.context.new_cdp_session(self.page)
        self.page.on("console", lambda said: said.type == "error" and self.errors.append(said.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def show(self, path: str) -> None:
        """Load the screen at an address, follow what stands behind each `>`, and forget errors."""
        self.errors.clear()
        address, *follow = path.split(" > ")
        self.page.goto(self.portal.url + address)
        settle(self.page)
        for each in follow:
            if each in ("first", "last"):
                rows = self.page.locator(".shown a.row")
                (rows.first if each == "first" else rows.last).click()
                self.page.wait_for_selector(".pt-back")
            else:
                before = self.page.url
                self.page.get_by_role("link", name=each).first.click()
                self.page.wait_for_url(lambda url, before=before: url != before)
            settle(self.page)
        self.page.wait_for_function(_CHARTS)

    def resize(self, width: int, height: int) -> None:
        """Make the window another size, and wait until the navigation has given way to it."""
        self.page.set_viewport_size({"width": width, "height": height})
        if width < _NARROW:
            self.page.wait_for_function(_NO_NAVIGATION)

    def become_a_phone(self) -> None:
        """Be what a phone's browser is to a page: narrow, with its viewport, and touched."""
        width, height = SIZES["phone"]
        self.page.set_viewport_size({"width": width, "height": height})  # as others override it
        phone = {"width": width, "height": height, "deviceScaleFactor": 0, "mobile": True}
        self._device.send("Emulation.setDeviceMetricsOverride", phone)
        self._device.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
        self.page.wait_for_function(_NO_NAVIGATION)

    def become_a_desktop(self) -> None:
        """Be a wide window with a mouse again."""
        self._device.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
        self._device.send("Emulation.clearDeviceMetricsOverride")  # else a new page has it again
        self.resize(*SIZES["desktop"])

    def wear(self, scheme: str) -> None:
        """Change to the light or the dark theme, and wait until it is painted."""
        self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        self.painted()

    def painted(self) -> None:
        """Wait two frames: one lays out, in the next one what watches sizes has answered."""
        self.page.evaluate(_TWO_FRAMES)

    def cut_in(self, scheme: str) -> list[str]:
        """Return what a person cannot read in a theme, and by how much it scrolls sideways.

        What moves still, as charts and the navigation do after a resize, is looked at again.
        """
        self.wear(scheme)
        for _look in range(_LOOKS):
            found: list[str] = self.page.evaluate(_CLIPPED)[:12]
            beyond = self.page.evaluate(_OVERFLOW)
            if beyond > 0:
                found.append(f"scrolls sideways by {beyond} px")
            if not found:
                break
            self.page.wait_for_timeout(200)
        return found

    def violations(self) -> list[str]:
        """Return what axe finds serious in the light theme, and of contrast in the dark one."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(Axe().axe_script)
        self.wear("light")
        found = self._run_axe({})
        self.wear("dark")
        contrast = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
        found += [f"{each} in the dark theme" for each in self._run_axe(contrast)]
        self.wear("light")
        return found

    def _run_axe(self, options: dict[str, Any]) -> list[str]:
        return [
            f"{rule['id']} ({rule['impact']}): {rule['nodes'][0]['html'][:200]}"
            for rule in self.page.evaluate(_AXE, options)
            if rule["impact"] in ("serious", "critical") and rule["id"] not in _FRAME
        ]


@contextmanager
def tabs(browser: Browser, portal: Portal, size: str) -> Iterator[dict[str, Tab]]:
    """A tab of each person who is in SCREENS, signed in, on a desktop or a phone."""
    width, height = SIZES[size]
    with ExitStack() as opened:
        found = {}
        for email in dict.fromkeys(email for email, _path in SCREENS):
            context = browser.new_context(
                locale="en-GB",
                viewport={"width": width, "height": height},
                is_mobile=size == "phone",
                has_touch=size == "phone",
            )
            opened.callback(context.close)
            page = context.new_page()
            if email != NOBODY:
                page.goto(portal.url)
                settle(page)
                sign_in(page, portal, email)
            found[email] = Tab(page, portal)
        _publish(found[STAFF])
        yield found


def _publish(tab: Tab) -> None:
    """Publish the books, so that Data has answers, unless the portal did it meanwhile."""
    tab.show("/data")
    answer = tab.page.locator(".pt-answer").first
    if not answer.is_visible():
        tab.page.get_by_role("button", name="Publish now").click()
        expect(answer).to_be_visible()


def choose_a_period(tab: Tab, email: str) -> None:
    """Go from a project with its chart to its time log, and there to another period."""
    tasks, time_log, label, this_year = (
        word(email, text) for text in ("Tasks", "Time log", "Period", "This year")
    )
    tab.show("/projects?status=active&sort=hours > first")
    expect(tab.page.get_by_role("heading", name=tasks)).to_be_visible()
    expect(tab.page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    tab.page.get_by_role("link", name=time_log).click()
    period = tab.page.get_by_label(label)
    period.select_option(this_year)
    expect(tab.page).to_have_url(re.compile("period=this_year"))
    settle(tab.page)
    expect(period).to_have_value(re.compile("period=this_year"))
    assert tab.errors == []
