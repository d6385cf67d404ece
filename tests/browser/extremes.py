"""What is long, large or written in another direction, among the demo's documents."""

from datetime import timedelta
from uuid import UUID

from portal_data import store
from portal_data.clock import utc_now
from portal_data.customers import conversations
from portal_data.ids import new_id
from portal_data.scope import Role, Scope
from tests.browser import extreme_acts
from tests.factories import (
    make_approval,
    make_credit_note,
    make_entry,
    make_estimate,
    make_invoice,
    make_payment,
    make_person,
    make_project,
    make_retainer,
    make_task,
)
from tests.people import make_contact

CHINESE = "港口酒店大堂翻新工程设计与施工图纸" * 4
ARABIC = "تصميم بهو الفندق والإشراف على التنفيذ، المرحلة الثانية من المشروع الكبير"
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
LANGUAGES = {"layla@nakheel.example": "de", "alex@blank.example": "fr"}
"""Who reads another language than English, whose words are longer."""
HUGE = 987_654_321_098


def add() -> None:
    """Store them for Imogen's company, and a customer whose name alone fills a line."""
    with store.system_reading() as session:
        found = session.one(
            "select customer_id, id from core.contacts where email = $email order by id",
            email="imogen@brackenridge.example",
        )
    assert found is not None
    imogen = _scope(found["customer_id"], found["id"])
    today = utc_now().date()
    for place, words in enumerate((CHINESE, ARABIC, LONG)):
        number = f"X-{place}"
        late = make_invoice(
            imogen, number=f"INV-{number}", subject=words, reference=LONG[:40], total_minor=HUGE,
            day=today - timedelta(days=900), due=today - timedelta(days=870),
        )  # fmt: skip
        make_payment(
            imogen, {late: HUGE // 3}, number=f"PAY-{number}", reference=words[:60], day=today,
            unused_minor=HUGE // 5,
        )  # fmt: skip
        make_estimate(imogen, number=f"EST-{number}", subject=words, total_minor=HUGE, day=today)
        make_credit_note(imogen, number=f"CN-{number}", subject=words, total_minor=HUGE, day=today)
        make_retainer(
            imogen, number=f"RET-{number}", description=words, total_minor=HUGE, day=today
        )
        make_contact(
            imogen, f"{LONG[:60].lower().replace('ä', 'a')}{place}@x{LONG[:50].lower()}.example",
            first_name=words[:70], last_name=words[:70], designation=words[:70],
            portal_status=("invited", "disabled", "active")[place], role="approver",
            payment_limit_minor=HUGE * 100, payment_limit_currency="GBP",
        )  # fmt: skip
        project = make_project(imogen, name=words, code=f"P-{LONG[:30]}")
        task = make_task(imogen, project, name=words, budget_minutes=99_999)
        person = make_person(imogen, project, name=words)
        entry = make_entry(imogen, project, person, 1_440, task_id=task, notes=words, day=today)
        sheet = make_approval(imogen, {entry: None}, name=words, project_id=project)
        for kind, subject in (("invoice", late), ("project", project), ("approval", sheet)):
            conversations.write(
                imogen, kind, subject, f"{words}\n\n{words}", key=new_id(), now=utc_now()
            )
    extreme_acts.add(imogen, (CHINESE, ARABIC, LONG), late, (project, person))
    extreme_acts.link_of("imogen@brackenridge.example")
    extreme_acts.archive_of("imogen@brackenridge.example", "ready", size_bytes=987_654_321)
    extreme_acts.archive_of("layla@nakheel.example", "ready", size_bytes=5_000, left_out=1_234)
    extreme_acts.archive_of("alex@blank.example", "failed")
    with store.system_writing() as session:
        for email, language in LANGUAGES.items():
            session.change(
                "update core.contacts set language = $language, version = version + 1"
                " where email = $email",
                language=language,
                email=email,
            )
        for place, words in enumerate((CHINESE, ARABIC, LONG)):
            session.change(
                "insert into core.customers (id, number, display_name, company_name, currency_code,"
                " portal_enabled, created_at, updated_at) values ($id, $number, $name, $name,"
                " 'GBP', false, $now, $now)",
                id=new_id(),
                number=f"C-X-{place}",
                name=f"! {words}",  # the first ones of the list
                now=utc_now(),
            )


def _scope(customer_id: UUID, contact_id: UUID) -> Scope:
    return Scope(
        customer_id, contact_id, new_id(), Role.ADMIN, "Imogen", "i@brackenridge.example", "B"
    )
