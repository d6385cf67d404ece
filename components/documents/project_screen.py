"""The screen of one project, alike for its customer and for staff who look."""

from uuid import UUID

import streamlit as st

from components.charts import burn_chart, charts
from components.documents import project_view, time_log
from components.documents.time_log import View
from components.lists import listing
from components.ui import address, cards
from portal_data.business.organisation import Organisation
from portal_data.clock import utc_now
from portal_data.projects import invoicing, projects, time_entries
from portal_data.projects.projects import Heading, Project
from portal_data.scope import Role, Scope
from portal_data.text.language import _


def read(scope: Scope, project_id: UUID) -> Project | Heading:
    """Return a project, or its heading where the address asks for its time log.

    Raises NotFound when the customer has none of this id, or while projects are switched off.
    """
    timed = address.choice("view", View.OVERVIEW) is View.TIME
    return projects.heading(scope, project_id) if timed else projects.get(scope, project_id)


def draw(
    scope: Scope, shown: Project | Heading, business: Organisation, *, back: tuple[str, str]
) -> None:
    """Draw a project, or its time log; `back` leads to where it was chosen.

    Files are downloaded by the customer alone.
    """
    cards.draw(project_view.head(shown, timed=isinstance(shown, Heading), back=back))
    if isinstance(shown, Project):
        _overview(scope, shown, business.locale)
    else:
        _time(scope, shown, business)


def _overview(scope: Scope, project: Project, locale: str) -> None:
    """The project's figures."""
    unbilled = invoicing.of_project(scope, project.id) if project.hours.unbilled else None
    note = project_view.unapproved(unbilled, locale) if unbilled else None
    cards.draw(cards.card("", project_view.summary(project, locale), note))
    used = project.budget
    if used is None:
        cards.draw(cards.card(_("About"), project_view.about(project, locale)))
    else:
        left, right = st.columns([1.35, 1], gap="small")
        with left, st.container(border=True, height="stretch", key="card-budget"):
            cards.draw(project_view.budget_title(), project_view.budget(project, used, locale))
            if project.burn:
                chart = (project.burn, used, project.currency_code, locale)
                words = burn_chart.in_words(*chart)
                charts.draw(burn_chart.burn(*chart), "project.burn", words=words, height=220)
        with right, st.container(border=True, height="stretch", key="card-about"):
            cards.draw(cards.title(_("About")), project_view.about(project, locale))
    cards.draw(
        cards.card(_("Tasks"), project_view.tasks(project, locale)),
        cards.card(_("People"), project_view.people(project, locale)),
    )


def _time(scope: Scope, heading: Heading, business: Organisation) -> None:
    """The project's time log under its choices."""
    today = business.today(utc_now())
    narrow = time_entries.narrowed(heading, st.query_params.to_dict(), today)
    request, page = listing.read(
        scope, time_log.request(heading, narrow), today, **narrow.given(heading)
    )
    cards.draw(cards.card("", time_log.sums(page, business.locale)))
    if scope.role is Role.STAFF:
        request = listing.without_files(request)
    listing.draw(request, page, business, menus=time_log.menus(heading, narrow, request))
