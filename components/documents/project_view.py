"""One project: what its hours are and are worth, its budget, its terms, tasks and people."""

from collections.abc import Iterable
from decimal import Decimal

from components.lists import project_list
from components.ui import cards, links
from components.ui import format as say
from components.ui.cards import Figure, figure
from components.ui.line_table import Figures, line_table
from components.ui.markup import Markup, join, lines, said, tag
from portal_data.projects.invoicing import Invoiceable
from portal_data.projects.projects import Heading, Person, Project, Task
from portal_data.projects.totals import BillingMethod, Budget, BudgetKind, Hours
from portal_data.text.language import N_, _, _p

METHODS = {
    BillingMethod.FIXED_COST: N_("Fixed price"),
    BillingMethod.PROJECT_HOURS: N_("By the hour, one rate for the project"),
    BillingMethod.TASK_HOURS: N_("By the hour, a rate for each task"),
    BillingMethod.STAFF_HOURS: N_("By the hour, a rate for each person"),
    BillingMethod.DAILY_RATE: N_("By the day of eight hours"),
}
_BUDGETS = {
    BudgetKind.COST: N_("{limit} for the project"),
    BudgetKind.HOURS: N_("{limit} for the project"),
    BudgetKind.TASK_HOURS: N_("{limit} over all tasks"),
    BudgetKind.STAFF_HOURS: N_("{limit} over all people"),
}
NO_TASK = N_("Without a task")


def head(project: Project | Heading, *, timed: bool, back: tuple[str, str]) -> Markup:
    """Return the name with status and code, and the choice between overview and time log."""
    statuses = [(_p("project", project.status.value), project_list.TONES[project.status])]
    below = tag("div", cards.pills(statuses), _code(project.code), class_="pt-under")
    views = [
        (_("Overview"), links.project(project.id), not timed),
        (_("Time log"), links.project(project.id, view="time"), timed),
    ]
    return join(cards.head(project.name, below, back=back), cards.views(views))


def _code(code: str | None) -> Markup | None:
    return said(code, class_="code") if code else None


def summary(project: Project, locale: str) -> Markup:
    """Return the hours by what became of them, with what they are worth."""

    def worth(minor: int, fallback: str) -> str:
        fixed = project.billing_method is BillingMethod.FIXED_COST
        return fallback if fixed else say.money(minor, project.currency_code, locale)

    hours, earned = project.hours, project.worth
    figures = [
        Figure(_("Logged"), say.hours(hours.total, locale), _span(project, locale)),
        Figure(
            _("Billable"),
            say.hours(hours.billable, locale),
            worth(earned.billable_minor, _percent(hours.billable, hours.total)),
        ),
        Figure(
            _("Billed"),
            say.hours(hours.billed, locale),
            worth(earned.billed_minor, _percent(hours.billed, hours.total)),
        ),
        Figure(
            _("Unbilled"),
            say.hours(hours.unbilled, locale),
            worth(earned.unbilled_minor, _percent(hours.unbilled, hours.total)),
        ),
        Figure(_("Non-billable"), say.hours(hours.non_billable, locale), _("Never charged")),
    ]
    notes = []
    if earned.unrated:
        unrated = say.hours(earned.unrated, locale)
        notes.append(_("No rate is agreed for {hours} yet.", hours=unrated))
    if project.billing_method is not BillingMethod.FIXED_COST:
        notes.append(_("Amounts are at today’s rates, before tax."))
    return join(
        tag("div", [figure(each) for each in figures], class_="pt-summary"),
        tag("p", " ".join(notes), class_="pt-sub pt-foot") if notes else None,
    )


def unapproved(unbilled: Invoiceable, locale: str) -> Markup | None:
    """Return what of the unbilled time may not be invoiced yet; None when all of it may."""
    if not unbilled.unapproved:
        return None
    ready, rest = (say.hours(each, locale) for each in (unbilled.ready, unbilled.unapproved))
    words = _(
        "Unbilled: {ready} of it are approved and can be invoiced; {rest} are not approved.",
        ready=ready,
        rest=rest,
    )
    return tag("p", words, class_="pt-sub")


def budget_title() -> Markup:
    """Return the title of the budget, saying which line of its chart is which."""
    dots = (
        (_("Used"), "light-dark(#3b5bdb, #7c93ff)"),
        (_("Budget"), "light-dark(#667085, #9aa3b2)"),
    )
    legend = [tag("span", label, style=f"--dot: {colour}") for label, colour in dots]
    title = cards.title(_("Budget"))
    return tag("div", title, tag("div", legend, class_="pt-legend"), class_="pt-between")


def budget(project: Project, used: Budget, locale: str) -> Markup:
    """Return how much of the budget is used, as words and as a bar."""

    def amount(figure: int) -> str:
        return project_list.amount(figure, used, project.currency_code, locale)

    left = used.limit - used.used
    if left >= 0:
        rest = _("{amount} left", amount=amount(left))
    else:
        rest = _("{amount} over the budget", amount=amount(-left))
    share = say.percent(used.percent)
    bar = tag(
        "div",
        tag("i", class_="over" if left < 0 else None, style=f"width: {min(used.percent, 100)}%"),
        class_="pt-bar",
        role="img",
        aria_label=_("{percent} used", percent=share),
    )
    return join(
        tag(
            "div",
            tag("span", amount(used.used), class_="pt-due"),
            tag(
                "span",
                _("{percent} of {total}", percent=share, total=amount(used.limit)),
                class_="pt-sub",
            ),
            class_="pt-between",
        ),
        bar,
        tag("p", rest, class_="pt-sub pt-late" if left < 0 else "pt-sub"),
    )


def about(project: Project, locale: str) -> Markup:
    """Return what the project is and what was agreed for it."""
    currency = project.currency_code
    limit = None
    if project.budget:
        told = project_list.amount(project.budget.limit, project.budget, currency, locale)
        limit = _(_BUDGETS[project.budget.kind], limit=told)
    price = invoiced = rest = None
    if project.billing_method is BillingMethod.FIXED_COST:
        if project.fixed_cost_minor is not None:
            price = say.money(project.fixed_cost_minor, currency, locale)
            rest = say.money(project.worth.unbilled_minor, currency, locale)
        invoiced = say.money(project.worth.billed_minor, currency, locale)
    facts = cards.facts(
        [
            (_p("how a project is billed", "Billing"), _(METHODS[project.billing_method])),
            (_("Rate"), _rate(project, locale)),
            (_("Price"), price),
            (_p("an amount", "Invoiced"), invoiced),
            (_("To be invoiced"), rest),
            (_("Budget"), limit),
            (_("First entry"), say.day(project.first, locale) if project.first else None),
            (_("Latest entry"), say.day(project.latest, locale) if project.latest else None),
        ]
    )
    described = lines(project.description) if project.description else None
    return join(tag("div", described, class_="pt-text") if described else None, facts)


def tasks(project: Project, locale: str) -> Markup:
    """Return the tasks with their hours; each leads to its entries in the time log."""
    if not project.tasks:
        return cards.empty(_("No tasks"), _("The work of this project is not split into tasks."))
    by_task = project.billing_method is BillingMethod.TASK_HOURS
    names = [
        _name(
            _named(project, task),
            [
                None if task.billable else _("Not charged"),
                _price(task.rate, project, locale) if by_task and task.billable else None,
                _p("task", "Completed") if task.completed else None,
            ],
            task.description,
        )
        for task in project.tasks
    ]
    limits = [task.budget_minutes for task in project.tasks]
    return _table(
        _("Tasks"), _("Task"), names, [task.hours for task in project.tasks], limits, locale
    )


def people(project: Project, locale: str) -> Markup:
    """Return who works on the project, with their hours."""
    if not project.people:
        return cards.empty(_("Nobody yet"), _("Who works for you appears here."))
    by_person = project.billing_method is BillingMethod.STAFF_HOURS
    names = [
        _name(
            _worker(project, person),
            [_price(person.rate, project, locale) if by_person else None],
        )
        for person in project.people
    ]
    limits = [person.budget_minutes for person in project.people]
    hours = [person.hours for person in project.people]
    return _table(_("People"), _("Person"), names, hours, limits, locale)


def _table(
    name: str,
    first: str,
    names: list[Markup],
    hours: list[Hours],
    limits: list[int | None],
    locale: str,
) -> Markup:
    """Return names with their hours; those above their limit stand out."""

    def told(minutes: Iterable[int | None]) -> list[str]:
        return [say.hours(each, locale) if each else "" for each in minutes]

    over = {
        at
        for at, (each, limit) in enumerate(zip(hours, limits, strict=True))
        if limit is not None and each.total > limit
    }
    logged = [say.hours(each.total, locale) for each in hours]
    return line_table(
        name,
        first,
        names,
        [
            Figures(
                _("Billed"),
                told(each.billed for each in hours),
                said=_p("before a figure", "billed"),
            ),
            Figures(
                _("Unbilled"),
                told(each.unbilled for each in hours),
                said=_p("before a figure", "unbilled"),
            ),
            Figures(_("Budget"), told(limits), said=_p("before a figure", "budget")),
            Figures(_("Logged"), logged, late=frozenset(over)),
        ],
    )


def _name(name: Markup, notes: list[str | None], description: str | None = None) -> Markup:
    kept = [note for note in notes if note]
    return join(
        tag("div", name),
        said(description, "small") if description else None,
        tag("small", " · ".join(kept)) if kept else None,
    )


def _named(project: Project, task: Task) -> Markup:
    if task.id is None or task.name is None:
        return tag("span", _(NO_TASK))
    if not task.hours.total:
        return said(task.name)
    return cards.link(said(task.name), links.project(project.id, view="time", task=task.id))


def _worker(project: Project, person: Person) -> Markup:
    if not person.hours.total:
        return said(person.name)
    return cards.link(said(person.name), links.project(project.id, view="time", person=person.id))


def _rate(project: Project, locale: str) -> str | None:
    """Return the project's own rate, where there is one and it is not a fixed price."""
    if project.billing_method is BillingMethod.FIXED_COST:
        return None
    return _price(project.rate, project, locale)


def _price(rate: Decimal | None, project: Project, locale: str) -> str | None:
    if rate is None:
        return None
    price = say.price(rate, project.currency_code, locale)
    if project.billing_method is BillingMethod.DAILY_RATE:
        return _("{price} a day", price=price)
    return _("{price} an hour", price=price)


def _percent(part: int, whole: int) -> str:
    return say.percent((part * 200 + whole) // (whole * 2)) if whole else ""


def _span(project: Project, locale: str) -> str:
    if project.first is None or project.latest is None:
        return _("Nothing yet")
    return _("Since {day}", day=say.day(project.first, locale))
