"""Take the screenshots of README and docs from the running app: `make screenshots`.

`python -m tools.screenshots home invoices` takes these alone.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tools.browser import ROOT, SIZES, demo_portal, launch, settle, sign_in

FOLDER = ROOT / "docs" / "screenshots"
CUSTOMER, STAFF = "imogen@brackenridge.example", "rowan@larkspur.example"
# name: who, path (with ">", the first record of that list), size, scheme
SHOTS = {
    "sign-in": (None, "/", "desktop", "light"),
    "home": (CUSTOMER, "/", "desktop", "light"),
    "home-dark": (CUSTOMER, "/", "desktop", "dark"),
    "home-phone": (CUSTOMER, "/", "phone", "light"),
    "estimates": (CUSTOMER, "/estimates", "desktop", "light"),
    "estimate": (CUSTOMER, "/estimates?status=open >", "desktop", "light"),
    "invoices": (CUSTOMER, "/invoices", "desktop", "light"),
    "invoices-phone": (CUSTOMER, "/invoices", "phone", "dark"),
    "invoice": (CUSTOMER, "/invoice?number=INV-001200", "desktop", "light"),
    "plan": (CUSTOMER, "/plan", "desktop", "light"),
    "retainers": (CUSTOMER, "/retainers", "desktop", "light"),
    "retainer": (CUSTOMER, "/retainers >", "desktop", "light"),
    "credit-notes": (CUSTOMER, "/credit_notes", "desktop", "light"),
    "credit-note": (CUSTOMER, "/credit_notes >", "desktop", "light"),
    "payments": (CUSTOMER, "/payments", "desktop", "light"),
    "payment": (CUSTOMER, "/payments >", "desktop", "light"),
    "projects": (CUSTOMER, "/projects", "desktop", "light"),
    "project": (CUSTOMER, "/projects >", "desktop", "light"),
    "projects-phone": (CUSTOMER, "/projects", "phone", "dark"),
    "project-phone": (CUSTOMER, "/projects >", "phone", "dark"),
    "timesheets": (CUSTOMER, "/timesheets", "desktop", "light"),
    "timesheet": (CUSTOMER, "/timesheets >", "desktop", "light"),
    "statement": (CUSTOMER, "/statements?period=this_year", "desktop", "light"),
    "account": (CUSTOMER, "/account", "desktop", "light"),
    "security": (CUSTOMER, "/security", "desktop", "light"),
    "customers": (STAFF, "/", "desktop", "light"),
    "customer": (STAFF, "/ >", "desktop", "light"),
    "inbox": (STAFF, "/inbox", "desktop", "light"),
    "readiness": (STAFF, "/readiness", "desktop", "light"),
    "organisation": (STAFF, "/organisation", "desktop", "light"),
    "preferences": (STAFF, "/preferences", "desktop", "light"),
    "team": (STAFF, "/team", "desktop", "light"),
}


def main(*wanted: str) -> None:
    """Serve the demo and write the wanted shots, or all, as PNG."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data,
        demo_portal(Path(data)) as portal,
        sync_playwright() as playwright,
    ):
        chromium = launch(playwright)
        for name in wanted or SHOTS:
            email, path, size, scheme = SHOTS[name]
            width, height = SIZES[size]
            context = chromium.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if scheme == "dark" else "light",
                is_mobile=size == "phone",
                locale="en-GB",
            )
            page = context.new_page()
            path, _, opens = path.partition(" ")
            page.goto(portal.url)
            settle(page)
            if email:
                sign_in(page, portal, email)
                page.goto(portal.url + path)
                settle(page)
            if opens:
                page.locator(".shown a.row").first.click()
                settle(page)
            if (path, email) == ("/", CUSTOMER):
                page.wait_for_selector(".js-plotly-plot .main-svg")
            page.wait_for_timeout(1000)
            page.screenshot(path=FOLDER / f"{name}.png")
            context.close()
        chromium.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
