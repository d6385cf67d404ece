"""Organisation: what the business is called, where it is, how it is paid and how it looks."""

from components.session import require_staff
from components.staff import logo_form, organisation_form
from components.ui import cards
from portal_data.business import organisation
from portal_data.scope import Role

staff = require_staff()

about = "What customers see of you: on Home, on documents, in mails and when they pay."
if staff.role is Role.OWNER:
    cards.draw(cards.head("Organisation", cards.sub(about)))
    logo_form.draw(staff)
    organisation_form.draw(staff)
else:
    business = organisation.get(staff)
    cards.draw(
        cards.head("Organisation", cards.sub(f"{about} Only an owner may change it.")),
        cards.card("Logo", logo_form.present(business)),
        organisation_form.read_only(business),
    )
