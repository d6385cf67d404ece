"""Online payments for staff: what is held, on its way or failed, and what to do about it."""

import streamlit as st

from components.lists import listing
from components.session import require_staff
from components.staff import (
    autopay_stopped,
    online_payment_list,
    online_payments,
    promises,
    provider_messages,
)
from components.ui import cards
from portal_data.business import organisation
from portal_data.clock import utc_now

staff = require_staff()

business = organisation.get(staff)
request = listing.request(online_payment_list.SCREEN)
request, page = listing.read(staff, request, business.today(utc_now()))

about = "What customers pay through a provider: what needs you, and what is on its way."
cards.draw(cards.head("Online payments", cards.sub(about)))
autopay_stopped.draw(staff, business)
promises.draw(staff, business)
room = st.container()  # the list does not wait for what a provider is asked
listing.draw(request, page, business)
provider_messages.draw(staff, business)
with room:
    online_payments.draw(page.rows)
