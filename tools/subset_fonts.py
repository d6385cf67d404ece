"""Make the bundled fonts from the npm packages that README.md names.

    python -m tools.subset_fonts NODE_MODULES

Every font is cut down to the characters of its script, scaled to 1000 units an em (the unit of
PDF widths, so advances stay exact) and freed of hinting. Inter's digits become its tabular ones, so
that columns of figures line up without text shaping.
"""

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem

_HERE = Path(__file__).resolve().parents[1] / "portal_data" / "documents" / "fonts"
_SCRIPT_FEATURES = ["ccmp", "locl", "kern", "mark", "mkmk", "rlig", "liga", "calt"]
_ARABIC_FEATURES = ["init", "medi", "fina", "isol", "rlig", "liga", "calt", "ccmp", "mark", "mkmk"]


def main(node_modules: Path) -> None:
    """Write all fonts and their licences into portal_data/output/documents/fonts."""
    packages = node_modules / "@expo-google-fonts"
    latin = _spans((0x20, 0x7E), (0xA0, 0x52F), (0x1E00, 0x1EFF), (0x2000, 0x22FF))
    arabic = _spans(
        (0x20, 0x20), (0x600, 0x6FF), (0x750, 0x77F), (0x200C, 0x200F), (0xFB50, 0xFEFC)
    )
    hebrew = _spans((0x20, 0x20), (0x590, 0x5FF), (0x200C, 0x200F), (0xFB1D, 0xFB4F))
    devanagari = _spans((0x20, 0x20), (0x900, 0x97F), (0x200C, 0x200D), (0x25CC, 0x25CC))
    thai = _spans((0x20, 0x20), (0xE00, 0xE7F), (0x200C, 0x200D), (0x25CC, 0x25CC))
    shared = _spans((0x3000, 0x303F), (0xFF01, 0xFFEF))
    simplified = shared | _decoded("gb2312", range(0xB0, 0xF8))
    traditional = shared | _decoded("big5", range(0xA4, 0xC7)) | _spans((0x3105, 0x312F))
    japanese = shared | _decoded("euc_jp", range(0xB0, 0xF5)) | _spans((0x3040, 0x30FF))
    korean = shared | _spans((0x3131, 0x318E), (0xAC00, 0xD7A3))
    rare = _decoded("gbk", range(0x81, 0xFF)) - simplified - traditional - japanese
    rare = {point for point in rare if 0x4E00 <= point <= 0x9FFF}
    for weight in ("400Regular", "600SemiBold"):
        name = weight[3:]
        for package, points, features, target in (
            ("inter", latin, ["ccmp", "kern", "mark", "mkmk", "tnum"], "Inter"),
            ("vazirmatn", arabic, _ARABIC_FEATURES, "Vazirmatn"),
            ("noto-sans-hebrew", hebrew, _SCRIPT_FEATURES, "NotoSansHebrew"),
            ("noto-sans-devanagari", devanagari, ["*"], "NotoSansDevanagari"),
            ("noto-sans-thai", thai, _SCRIPT_FEATURES, "NotoSansThai"),
        ):
            _make(packages / package, weight, points, features, f"{target}-{name}.ttf")
    for package, points, target in (
        ("noto-sans-sc", simplified, "NotoSansSC-Regular.ttf"),
        ("noto-sans-sc", rare, "NotoSansSC-Rare.ttf"),
        ("noto-sans-tc", traditional, "NotoSansTC-Regular.ttf"),
        ("noto-sans-jp", japanese, "NotoSansJP-Regular.ttf"),
        ("noto-sans-kr", korean, "NotoSansKR-Regular.ttf"),
        ("noto-sans-symbols", _spans((0x20A0, 0x2BFF)), "NotoSansSymbols-Regular.ttf"),
        ("noto-sans-symbols-2", _spans((0x2190, 0x2BFF)), "NotoSansSymbols2-Regular.ttf"),
    ):
        _make(packages / package, "400Regular", points, [], target)
    emoji = _spans((0x2300, 0x2BFF), (0x1F000, 0x1FAFF), (0x200D, 0x200D), (0xFE0F, 0xFE0F))
    _make(packages / "noto-emoji", "400Regular", emoji, ["*"], "NotoEmoji-Regular.ttf")


def _make(package: Path, weight: str, points: set[int], features: list[str], target: str) -> None:
    source = next((package / weight).glob("*.ttf"))
    font = TTFont(source, recalcTimestamp=False)
    options = Options(
        layout_features=features,
        hinting=False,
        glyph_names=True,
        notdef_outline=True,
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14],
        drop_tables=["STAT", "DSIG", "gasp", "vhea", "vmtx", "VORG", "BASE", "SVG ", "meta"],
    )
    if "tnum" in features:
        _use_tabular_digits(font)
        options.layout_features = [feature for feature in features if feature != "tnum"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=points)
    subsetter.subset(font)
    scale_upem(font, 1000)
    font.save(_HERE / target)
    shutil.copyfile(package / "LICENSE_FONT", _HERE / f"{target.split('-')[0]}-OFL.txt")


def _use_tabular_digits(font: TTFont) -> None:
    """Let the ten digits show the glyphs that the feature `tnum` would choose."""
    table = font["GSUB"].table
    lookups = {
        index
        for record in table.FeatureList.FeatureRecord
        if record.FeatureTag == "tnum"
        for index in record.Feature.LookupListIndex
    }
    tabular: dict[str, str] = {}
    for index in sorted(lookups):
        for subtable in table.LookupList.Lookup[index].SubTable:
            tabular.update(getattr(subtable, "ExtSubTable", subtable).mapping)
    for encoding in font["cmap"].tables:
        for digit in range(0x30, 0x3A):
            if digit in encoding.cmap:
                glyph = encoding.cmap[digit]
                encoding.cmap[digit] = tabular.get(glyph, glyph)


def _spans(*spans: tuple[int, int]) -> set[int]:
    return {point for first, last in spans for point in range(first, last + 1)}


def _decoded(codec: str, leads: Iterable[int]) -> set[int]:
    """The characters whose first byte in a two-byte character set is one of `leads`."""
    points: set[int] = set()
    for lead in leads:
        for trail in range(0x40, 0xFF):
            try:
                text = bytes((lead, trail)).decode(codec)
            except UnicodeDecodeError:
                continue
            points.update(map(ord, text))
    return points


if __name__ == "__main__":
    main(Path(sys.argv[1]))
