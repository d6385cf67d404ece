"""Review: what the contact says of the business's work, and what the business answered."""

from components.account import review_form
from components.session import require_scope
from components.ui import cards
from portal_data.business import organisation
from portal_data.clock import utc_now
from portal_data.customers import reviews
from portal_data.text import bidi
from portal_data.text.language import _

scope = require_scope()

business = organisation.get(scope)
about = _("What you think of working with {business}, once in half a year.",
          business=bidi.isolated(business.name))  # fmt: skip
cards.draw(cards.head(_("Review"), cards.sub(about)))
review_form.draw(scope, business, reviews.own(scope), utc_now())
