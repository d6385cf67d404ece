"""Cut Streamlit's icon font down to the icons that the portal and Streamlit's own elements draw.

    python -m tools.subset_icons

The whole font is a third of a first visit. Icons are ligatures: a name in letters becomes one.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import streamlit
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parents[1]
CLIENT = Path(streamlit.__file__).parent / "static" / "static"
TARGET = ROOT / "components" / "static" / "fonts" / "material-symbols-rounded.woff2"

_USED = re.compile(
    r":material/([a-z0-9_]+):"  # anywhere in a text of Streamlit's
    r"|\bicon(?:=|\()\"([a-z0-9_]+)\""  # in markup of ours
    r"|\bpage\(\"[^\"]+\", (?:_\()?\"[^\"]+\"\)?, \"[^\"]*\", \"([a-z0-9_]+)\""  # in the navigation
)
_STREAMLITS = re.compile(r"material/([a-z0-9_]+)")
_SPARE = (
    "account_balance_wallet account_circle add_card analytics archive assignment attach_file "
    "bookmark bug_report build business calculate call campaign cancel category chat "
    "cloud_download cloud_upload comment contact_mail contacts content_paste credit_card "
    "dashboard data_table database delete description domain done download draft edit event "
    "exit_to_app fact_check favorite file_download file_upload filter_list flag folder "
    "folder_open forum forward gavel group groups handshake help history home hourglass "
    "hourglass_top image insights inventory_2 key language lightbulb link location_on lock "
    "lock_open login logout mail manage_accounts mark_email_read notifications open_in_new "
    "palette pause payment payments pending person person_add person_off phone photo "
    "picture_as_pdf pie_chart play_arrow policy preview price_check priority_high public "
    "publish query_stats question_mark receipt receipt_long redeem refresh remove reply report "
    "request_quote restart_alt restore rocket_launch savings save schedule_send search security "
    "sell send settings share shield shopping_cart sort storefront summarize support_agent "
    "swap_horiz sync table table_chart table_view task task_alt timer toggle_on trending_down "
    "trending_up tune undo update upload_file verified verified_user vpn_key warning website "
    "work "
)
"""What a next screen may want, so that this need not run for each."""


def full_font() -> TTFont:
    """Return Streamlit's own font, with every icon there is."""
    return TTFont(next((CLIENT / "media").glob("MaterialSymbols-Rounded.*.woff2")))


def ligatures(font: TTFont) -> dict[str, str]:
    """Return the icons of a font: its glyphs by the names that are written for them."""
    letters = {glyph: chr(point) for point, glyph in font.getBestCmap().items()}
    found = {}
    for first, rest in _ligatures(font):
        for ligature in rest:
            parts = [first, *ligature.Component]
            if all(part in letters for part in parts):
                found["".join(letters[part] for part in parts)] = ligature.LigGlyph
    return found


def used() -> set[str]:
    """Return the icons that the portal's own screens name."""
    sources = [*(ROOT / "components").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]
    named = (found for file in sources for found in _USED.findall(file.read_text("utf-8")))
    return {name for groups in named for name in groups if name}


def streamlits() -> set[str]:
    """Return the icons that Streamlit's client names, in whatever element."""
    return {
        name
        for file in (CLIENT / "js").glob("*.js")
        for name in _STREAMLITS.findall(file.read_text("utf-8"))
    }


def main() -> None:
    """Write the font of the icons in use."""
    font = full_font()
    icons = ligatures(font)
    wanted = {name for name in used() | streamlits() | set(_SPARE.split()) if name in icons}
    subsetter = Subsetter(
        Options(layout_closure=False, layout_features=["*"], hinting=False, flavor="woff2")
    )
    # all of them: for one that is missing, even a space, a browser loads the whole font again
    letters = [point for point in font.getBestCmap() if point < 0x100]
    subsetter.populate(unicodes=letters, glyphs=[icons[name] for name in wanted])
    subsetter.subset(font)
    font.flavor = "woff2"
    font.save(TARGET)
    print(f"{len(wanted)} icons, {TARGET.stat().st_size:,} bytes")  # noqa: T201 - what it is for


def _ligatures(font: TTFont) -> Iterator[tuple[str, list[object]]]:
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            subtable = getattr(table, "ExtSubTable", table)
            yield from getattr(subtable, "ligatures", {}).items()


if __name__ == "__main__":
    main()
