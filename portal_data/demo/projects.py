"""Projects with budgets and people, and their tasks."""

from dataclasses import dataclass
from decimal import Decimal

from portal_data import money
from portal_data.demo.books import Books


@dataclass(frozen=True, slots=True)
class Task:
    """One task: hours of 0 mean no budget."""

    name: str
    notes: tuple[str, ...]
    rate: str | None = None
    hours: int = 0
    billable: bool = True
    done: bool = False
    weight: int = 2
    """How much of the project's time goes here, beside the other tasks."""


@dataclass(frozen=True, slots=True)
class Job:
    """One project as written below. Money is in major units of the customer's currency."""

    key: str
    customer: str
    name: str
    code: str
    description: str
    method: str
    people: tuple[tuple[str, str | None, int], ...]
    """Person, rate an hour, budget in hours (0 for none)."""
    tasks: tuple[Task, ...]
    began: int
    """Days ago."""
    ended: int
    pace: float
    """Chance that one of its people works on it on a working day."""
    rate: str | None = None
    fixed_cost: str | None = None
    budget: str | None = None
    """Kind of the budget."""
    budget_hours: int = 0
    budget_cost: str | None = None
    inner_budget: str | None = None
    approvals: bool = False
    status: str = "active"


JOBS = (
    Job("harbour", "brackenridge", "Harbour House refurbishment", "BRH-01",
        "Forty-two bedrooms, lobby and restaurant of a listed building on the Strand, in three "
        "phases while the house stays open.", "task_hours",
        (("ines", None, 0), ("dafydd", None, 0), ("hana", None, 0)),
        (Task("Survey and measured drawings", ("Levels 0–2", "Roof void", "Stair core checked"),
              "68", 180, done=True),
         Task("Concept design", ("Lobby options", "Review with Priya", "Bar counter sketches"),
              "84", 260, weight=3),
         Task("Detailed design", ("Room type B", "Joinery details 1:5", "Door schedule",
              "Bathroom tiling", "Comments from the contractor"), "84", 620, weight=6),
         Task("Structure", ("Party wall opening", "Beam at grid C", "Padstones"), "96", 150),
         Task("Site meetings", ("Fortnightly meeting", "Snagging, third floor"), "74", 110,
              weight=1),
         Task("Travel", ("Train to Sampleton",), None, 0, billable=False, weight=1)),
        345, 1, 0.66, budget="task_hours", inner_budget="38000", approvals=True),
    Job("spa", "brackenridge", "Spa extension, Tregenna Bay", "BRH-02",
        "Pool hall, treatment rooms and a glazed link to the main house.", "project_hours",
        (("mehmet", None, 0), ("beth", None, 0)),
        (Task("Building physics", ("Condensation check", "Glazing g-value")),
         Task("Pool hall services", ("Air handling layout", "Duct for chlorine", "Heat pump")),
         Task("Drawings", ("Plans 1:50", "Sections", "Revision C")),
         Task("Rework after client change", ("Sauna moved to the north side",), billable=False)),
        255, 1, 0.66, rate="78", budget="hours", budget_hours=520, approvals=True),
    Job("signs", "brackenridge", "Brand and wayfinding system", "BRH-03",
        "One family of signs, from the road to the room number.", "fixed_cost",
        (("beth", None, 0), ("ines", None, 0)),
        (Task("Design", ("Type tests", "Pictograms", "Colours on oak"), done=True),
         Task("Prototypes", ("Panel 2 at the workshop", "Brass inlay")),
         Task("Roll-out plan", ("Count of doors",))),
        300, 40, 0.28, fixed_cost="24000", budget="cost", budget_cost="24000"),
    Job("audit", "brackenridge", "Energy audit, eleven properties", "BRH-04",
        "Half-hourly data, site walks and a list of measures with payback.", "staff_hours",
        (("mehmet", "92", 230), ("oscar", "58", 240)),
        (Task("Site walks", ("Plant room", "Meters photographed"), done=True),
         Task("Analysis", ("Base load", "Degree days", "Payback table"), done=True)),
        560, 400, 0.72, budget="staff_hours", status="completed"),
    Job("roof", "brackenridge", "Roof terrace feasibility", "BRH-05",
        "Waits for the freeholder’s answer.", "daily_rate", (("dafydd", None, 0),),
        (Task("Feasibility", ("Load of planters", "Escape route")),),
        190, 140, 0.30, rate="640", budget="cost", budget_cost="9000", status="on_hold"),
    Job("desk", "brackenridge", "Booking desk prototype", "BRH-00",
        "An idea that was dropped.", "project_hours", (("oscar", None, 0),),
        (Task("Sketches", ("First sketch",)),), 540, 528, 0.4, rate="60", status="inactive"),
    Job("ecluse", "cote", "Pavillon de l’Écluse", "COT-01",
        "Extension en bois d’un pavillon, avec terrasse sur l’eau.", "project_hours",
        (("hana", None, 0),),
        (Task("Esquisse", ("Variante B", "Réunion avec Mme Le Goff")),
         Task("Avant-projet", ("Coupe sur l’écluse", "Détail d’about", "Menuiseries"))),
        270, 1, 0.76, rate="88", budget="hours", budget_hours=900, approvals=True),
    Job("yard", "pemberton", "Pemberton Yard, block C", "PEM-01",
        "Engineer’s attendance during the build.", "staff_hours",
        (("dafydd", "82", 220), ("marta", "71", 150)),
        (Task("Checks on site", ("Rebar before pour", "Bolts torqued", "Fire stopping")),
         Task("Answers to queries", ("RFI 12", "RFI 17", "RFI 23"))),
        245, 8, 0.42, budget="staff_hours"),
    Job("station", "cascadia", "Field station, phase 1", "CAS-01",
        "Research station for twelve people, off the grid.", "daily_rate",
        (("mehmet", None, 0), ("oscar", None, 0)),
        (Task("Energy concept", ("PV and battery sizing",)), Task("Structure", ("Snow load",))),
        150, 12, 0.34, rate="980", budget="cost", budget_cost="48000"),
    Job("line", "aoba", "第二工場レイアウト", "AOB-01", "生産ライン二本の新しい配置。",
        "fixed_cost", (("hana", None, 0),),
        (Task("基本設計", ("動線の検討", "平面図"), done=True),
         Task("実施設計", ("断面図", "設備の取り合い"), done=True)),
        330, 240, 0.70, fixed_cost="5600000", status="completed"),
    Job("tower", "nakheel", "بهو برج الواحة", "NAK-01",
        "تصميم البهو والمدخل والإضاءة، مع الإشراف على التنفيذ.", "task_hours", (("ines", None, 0),),
        (Task("التصميم الأولي", ("دراسة المدخل", "اجتماع مع العميل"), "32", 60),
         Task("التصميم التفصيلي", ("تفاصيل الرخام", "مخطط الإضاءة", "مراجعة B-12"), "36", 140)),
        200, 1, 0.48, budget="task_hours", approvals=True),
    Job("hall", "lantern",
        "Relighting of the Great Hall, the Court Room, the Livery Stair and the Clerk’s Lodging, "
        "with conservation of eleven lanterns", "LAN-01", "Light without heat for old glass.",
        "project_hours", (("beth", None, 0),),
        (Task("Lighting design", ("Mock-up of the bracket", "Lux levels")),),
        160, 95, 0.4, rate="72"),
)  # fmt: skip


def plan(books: Books) -> None:
    """Gather the projects with who works on them at what rate, and their tasks."""
    for job in JOBS:
        customer = books.customers[job.customer]
        currency = customer["currency_code"]
        began = books.moment(books.workday(job.began + 5), "11:00")
        row = books.add(
            "projects",
            customer_id=customer["id"],
            name=job.name,
            code=job.code,
            description=job.description,
            billing_method=job.method,
            status=job.status,
            currency_code=currency,
            fixed_cost_minor=_minor(job.fixed_cost, currency),
            rate=_rate(job.rate),
            budget_kind=job.budget,
            budget_minor=_minor(job.budget_cost, currency),
            budget_minutes=job.budget_hours * 60 or None,
            internal_cost_budget_minor=_minor(job.inner_budget, currency),
            approvals_enabled=job.approvals,
            created_at=began,
            updated_at=began,
        )
        books.projects[job.key] = row
        for person, rate, hours in job.people:
            books.put(
                "project_people",
                project_id=row["id"],
                person_id=books.people[person]["id"],
                customer_id=customer["id"],
                rate=_rate(rate),
                cost_rate=books.people[person]["cost_rate"],
                budget_minutes=hours * 60 or None,
            )
        for task in job.tasks:
            books.tasks[job.key, task.name] = books.add(
                "tasks",
                customer_id=customer["id"],
                project_id=row["id"],
                name=task.name,
                rate=_rate(task.rate),
                budget_minutes=task.hours * 60 or None,
                billable=task.billable,
                status="completed" if task.done else "active",
            )


def _minor(amount: str | None, currency: str) -> int | None:
    return money.to_minor(Decimal(amount), currency) if amount else None


def _rate(amount: str | None) -> Decimal | None:
    return Decimal(amount) if amount else None
