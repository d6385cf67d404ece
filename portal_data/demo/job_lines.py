"""Jobs the studio did, as the lines of its estimates and invoices: subject, then the work."""

from portal_data.demo.pricing import Work

LOBBY = ("Harbour House: lobby, concept to planning", (
    Work("concept", "4.5", "Three layouts for desk, lounge and bar; one worked up."),
    Work("structure", "2", "Opening in the party wall, 3.2 m, steel frame."),
    Work("render", "3", "Desk by day, bar by night, view from the stair."),
    Work("samples", "2"),
    Work("fee", "1", "Listed building consent."),
))  # fmt: skip
BEDROOMS = ("Bedroom refresh, third floor", (
    Work("survey", "2"),
    Work("interior", "6.5", "Fourteen rooms in two schemes, “Tide” and “Heather”."),
    Work("light", "14", discount="10"),
    Work("cad", "38.5"),
    Work("prints", "3"),
))  # fmt: skip
KITCHEN = ("Kitchen ventilation, survey and design", (
    Work("survey", "1"),
    Work("services", "3.25", "Extract for 2 × 900 mm ranges; make-up air tempered to 16 °C."),
    Work("cad", "12"),
    Work("miles", "184", "Example Harbour – Sampleton and back, twice."),
))  # fmt: skip
SIGNS = ("Wayfinding: drawings and prototypes", (
    Work("interior", "2"),
    Work("panel", "4", "Oak, brass inlay; two sizes.", discount="5"),
    Work("model", "1"),
    Work("samples", "1"),
))  # fmt: skip
SHOP = ("Shop front and counter", (
    Work("concept", "2"),
    Work("interior", "3"),
    Work("panel", "2"),
    Work("prints", "1"),
))  # fmt: skip
HOUSE = ("House extension, drawings for building control", (
    Work("survey", "1"),
    Work("structure", "1.5", "Roof beams and padstones."),
    Work("cad", "16.25"),
    Work("fee", "1", "Building control, plan charge."),
))  # fmt: skip
INSULATION = ("Energy-saving measures, supply and fit", (
    Work("insulation", "86.4", "Wood fibre 140 mm, between rafters."),
    Work("insulation", "42.75", "Secondary glazing, slim frame.", price=None),
    Work("manage", "1"),
))  # fmt: skip
FRAME = ("Steel frame, checks for the main contractor", (
    Work("structure", "5", "Connections G1–G14, base plates, temporary works."),
    Work("services", "1.5"),
    Work("cad", "21.5"),
    Work("manage", "2"),
))  # fmt: skip
SCANNING = ("As-built survey", (
    Work("scan", "3"),
    Work("cad", "24"),
    Work("viewer", "6"),
))  # fmt: skip
WORKSHOPS = ("Workshops with the teams", (
    Work("workshop", "2"),
    Work("concept", "1.5", "Record, sketches and a list of decisions."),
))  # fmt: skip
LANTERNS = ("Lantern Court: relighting the Great Hall", (
    Work("survey", "1"),
    Work("light", "3", "Great Hall, Court Room, stair."),
    Work("render", "2"),
    Work("interior", "1.75"),
))  # fmt: skip
FACTORY = ("工場レイアウト設計", (
    Work("concept", "3", "生産ライン2本の配置案"),
    Work("cad", "30", "平面図・断面図"),
    Work("render", "2", "完成予想図"),
))  # fmt: skip
TOWER = ("تصميم بهو برج الواحة", (
    Work("concept", "5", "ثلاثة بدائل للمدخل ومنطقة الاستقبال"),
    Work("interior", "4"),
    Work("render", "4", "صور نهارية وليلية"),
))  # fmt: skip
STUDIO = ("עיצוב פנים לסטודיו", (
    Work("concept", "2", "שתי חלופות לחלל הכניסה"),
    Work("interior", "3.5"),
    Work("samples", "1"),
))  # fmt: skip
FIELD = ("Field station: structure and services", (
    Work("structure", "4", "Timber frame, snow load 3.5 kPa, seismic category D."),
    Work("services", "3"),
    Work("model", "1"),
))  # fmt: skip
LISBON = ("Lisbon annexe: concept", (
    Work("concept", "6", "Courtyard, 22 rooms, roof bar."),
    Work("render", "4"),
    Work("survey", "2"),
))  # fmt: skip
WARRANTY = (
    "Return visit under warranty",
    (Work("survey", "1", "Door closer in room 14, adjusted. No charge.", discount="100"),),
)
ODD_TEXT = ("Budget note “A & B” <revised>, $2,400 cap", (
    Work("concept", "1",
         "Cap of $2,400 *excluding* freight; see <appendix B> & drawing [A-12](rev. 3).\n"
         "- door set #4: 50 % deposit, `RAL 7016`\n- =SUM of both is for information only"),
    Work("panel", "2", "Ø 40 mm handle, 3 m² of oak, “soft close”"),
    Work("miles", "37.333333", "Rounded as the rate says."),
))  # fmt: skip
SPA = ("Tregenna Bay: pool hall details", (
    Work("services", "2.5"),
    Work("panel", "6", "Cedar, oiled; delivered to site."),
    Work("samples", "3"),
))  # fmt: skip
SCHEDULE = ("Harbour House: joinery schedule, room by room", tuple(
    Work("panel", str(1 + room % 3), f"Room {100 + room // 20 * 100 + room % 20 + 1}: "
         + ("headboard and bedside", "wardrobe front", "desk and mirror frame")[room % 3],
         discount="8" if room % 7 == 0 else None)
    for room in range(64)
))  # fmt: skip

USUAL = {  # what each customer mostly orders, in turn
    "brackenridge": (BEDROOMS, KITCHEN, SIGNS, WORKSHOPS, SPA),
    "cote": (SHOP, SCANNING, WORKSHOPS),
    "nakheel": (TOWER,),
    "aoba": (FACTORY,),
    "galim": (STUDIO, SHOP),
    "lantern": (LANTERNS, SCANNING, SIGNS),
    "omalley": (SHOP, KITCHEN),
    "sian": (HOUSE, INSULATION),
    "pemberton": (FRAME, SCANNING),
    "cascadia": (FIELD, SCANNING, WORKSHOPS),
    "oldmill": (SHOP, SCANNING),
}
"""Jobs by customer key."""
