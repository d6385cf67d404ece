"""Take the screenshots of README and docs from the running app: `make screenshots`."""

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tools.browser import ROOT, SIZES, demo_portal, launch, settle, sign_in

FOLDER = ROOT / "docs" / "screenshots"
CUSTOMER, STAFF = "imogen@brackenridge.example", "rowan@larkspur.example"
INVOICE = "/invoice?number=INV-001199"
# name: who, path, size, scheme
SHOTS = {
    "sign-in": (None, "/", "desktop", "light"),
    "home": (CUSTOMER, "/", "desktop", "light"),
    "home-dark": (CUSTOMER, "/", "desktop", "dark"),
    "home-phone": (CUSTOMER, "/", "phone", "light"),
    "invoices": (CUSTOMER, "/invoices", "desktop", "light"),
    "invoices-phone": (CUSTOMER, "/invoices", "phone", "dark"),
    "invoice": (CUSTOMER, INVOICE, "desktop", "light"),
    "statement": (CUSTOMER, "/statement?period=this_year", "desktop", "light"),
    "customers": (STAFF, "/", "desktop", "light"),
}


def main() -> None:
    """Serve the demo and write every shot as a PNG."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data,
        demo_portal(Path(data)) as portal,
        sync_playwright() as playwright,
    ):
        chromium = launch(playwright)
        for name, (email, path, size, scheme) in SHOTS.items():
            width, height = SIZES[size]
            context = chromium.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if scheme == "dark" else "light",
                is_mobile=size == "phone",
                locale="en-GB",
            )
            page = context.new_page()
            page.goto(portal.url + path)
            settle(page)
            if email:
                sign_in(page, portal, email)
            if path == "/" and email == CUSTOMER:
                page.wait_for_selector(".js-plotly-plot .main-svg")
            page.wait_for_timeout(1000)
            page.screenshot(path=FOLDER / f"{name}.png")
            context.close()
        chromium.close()


if __name__ == "__main__":
    main()
