"""Getting ready: what is missing before customers should be invited, and where to see to it."""

from components.session import require_staff
from components.staff import readiness_view
from components.ui import cards
from portal_data.business import readiness

staff = require_staff()

steps = readiness.steps(staff)
needed = [step for step in steps if step.needed]
useful = [step for step in steps if not step.needed]
cards.draw(
    cards.head("Getting ready", readiness_view.summary(steps)),
    cards.card("Before you invite customers", readiness_view.group(needed)),
    cards.card("Good to have", readiness_view.group(useful)),
)
