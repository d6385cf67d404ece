"""One project: its hours, worth, budget, tasks and people, or its time log."""

import streamlit as st

from components.charts import burn_chart, charts
from components.documents import document_view, project_view, time_log
from components.documents.time_log import View
from components.lists import listing
from components.session import require_scope
from components.ui import address, cards, links, tab
from portal_data.business import organisation
from portal_data.clock import utc_now
from portal_data.errors import NotFound
from portal_data.projects import projects, time_entries
from portal_data.projects.projects import Heading, Project

scope = require_scope()

business = organisation.get(scope)
locale = business.locale


def overview(project: Project) -> None:
    """The project's figures."""
    cards.draw(cards.card("", project_view.summary(project, locale)))
    used = project.budget
    if used is None:
        cards.draw(cards.card("About", project_view.about(project, locale)))
    else:
        left, right = st.columns([1.35, 1], gap="small")
        with left, st.container(border=True, height="stretch", key="card-budget"):
            cards.draw(project_view.budget_title(), project_view.budget(project, used, locale))
            if project.burn:
                chart = (project.burn, used, project.currency_code, locale)
                words = burn_chart.in_words(*chart)
                charts.draw(burn_chart.burn(*chart), "project.burn", words=words, height=220)
        with right, st.container(border=True, height="stretch", key="card-about"):
            cards.draw(cards.title("About"), project_view.about(project, locale))
    cards.draw(
        cards.card("Tasks", project_view.tasks(project, locale)),
        cards.card("People", project_view.people(project, locale)),
    )


def time(heading: Heading) -> None:
    """The project's time log under its choices."""
    today = business.today(utc_now())
    narrow = time_entries.narrowed(heading, st.query_params.to_dict(), today)
    request, page = listing.read(
        scope, time_log.request(heading, narrow), today, **narrow.given(heading)
    )
    cards.draw(cards.card("", time_log.sums(page, locale)))
    listing.draw(request, page, business, menus=time_log.menus(heading, narrow, request))


timed = address.choice("view", View.OVERVIEW) is View.TIME
project_id = address.identifier("id")
try:
    shown = projects.heading(scope, project_id) if timed else projects.get(scope, project_id)
except NotFound:
    document_view.missing(scope, "project", ("Projects", links.page("projects")))
    st.stop()

tab.name(scope, shown.name)
cards.draw(project_view.head(shown, timed=timed))
if isinstance(shown, Project):
    overview(shown)
else:
    time(shown)
