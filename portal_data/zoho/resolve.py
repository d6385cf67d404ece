"""Finding what records refer to: customers, projects, tasks, people, items and taxes.

Zoho's files name things by id, by number or only by name, depending on the file. An id that is
given must be found; a name must be unique. What refers to something set aside waits with it.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from portal_data.zoho import cells
from portal_data.zoho.books import Books
from portal_data.zoho.defects import CellError, Problem, SetAside
from portal_data.zoho.plan import Change, Decisions
from portal_data.zoho.portal_edits import PortalEdits
from portal_data.zoho.records import Record
from portal_data.zoho.upload import Upload


class Names:
    """Rows of one kind by Zoho's id and by name; several rows may share a name."""

    def __init__(self) -> None:
        self.by_id: dict[str, Any] = {}
        self.by_name: dict[str, list[Any]] = defaultdict(list)

    def add(self, row: Any, identifier: str | None, name: str) -> None:
        """Make a row findable; adding it again by name does nothing."""
        if identifier:
            self.by_id[identifier] = row
        if row not in self.by_name[fold(name)]:
            self.by_name[fold(name)].append(row)

    def named(self, name: str) -> list[Any]:
        """Return the rows with this name."""
        return self.by_name.get(fold(name), [])


def fold(name: str) -> str:
    """Return a name as it is compared."""
    return name.strip().lower()


class Resolver:
    """Resolves and decides everything that is not money."""

    def __init__(self, decisions: Decisions) -> None:
        self.decisions = decisions
        self.upload: Upload = decisions.upload
        self.books: Books = decisions.books
        self.edits = PortalEdits(self.books.rows["portal edit"])
        self.customers = Names()
        self.projects = Names()
        self.tasks: dict[tuple[UUID, str], UUID] = {}
        self.items = Names()
        self.people: dict[str, UUID] = {}
        self.profiles: dict[tuple[UUID, str], UUID] = {}

    def decide_parties(self) -> None:
        """Decide customers, their addresses and their contact persons."""
        self._known("customer", "display_name", self.customers)
        change = self.decisions.decide("customer", lambda record: None)
        for record in change.accepted:
            record.customer_id = record.row_id
            self.customers.add(record.row_id, record.external_id, record.values["display_name"])
        self._number_customers(change)
        self._same_emails()
        self.decisions.decide("address", self.find_customer)
        contacts = self.decisions.decide("contact", self.find_customer)
        self._unique_emails(contacts)
        for kind in ("customer", "address", "contact"):
            for record in self.decisions.of(kind).updated:
                self.edits.weigh(record, self.decisions.findings)

    def decide_items(self) -> None:
        """Decide items; documents refer to them by id, else by name."""
        self._known("item", "name", self.items)
        for record in self.decisions.decide("item", lambda record: None).accepted:
            self.items.add(record.row_id, record.external_id, record.values["name"])
        self.decisions.decide("exchange rate", lambda record: None)

    def decide_work(self) -> None:
        """Decide projects, tasks and time entries."""
        for row in self.books.rows["project"]:
            self.projects.add((row["id"], row["customer_id"]), None, row["name"])
        owners = {row["id"]: row["customer_id"] for row in self.books.rows["project"]}
        for key, ref in self.books.refs["project"].items():
            self.projects.by_id[key] = (ref.row_id, owners[ref.row_id])
        for record in self.decisions.decide("project", self.find_customer).accepted:
            place = (record.row_id, record.customer_id)
            self.projects.add(place, record.external_id, record.values["name"])
        for row in self.books.rows["task"]:
            self.tasks[row["project_id"], fold(row["name"])] = row["id"]
        for record in self.decisions.decide("task", self.find_project).accepted:
            self.tasks[record.values["project_id"], fold(record.values["name"])] = record.row_id
        for row in self.books.rows["person"]:
            self.people[fold(row["email"] or row["name"])] = row["id"]
        self.decisions.decide("time entry", self._find_time)

    def decide_profiles(self) -> None:
        """Decide recurring profiles; invoices refer to them by name."""
        for row in self.books.rows["recurring profile"]:
            self.profiles[row["customer_id"], fold(row["name"])] = row["id"]
        for record in self.decisions.decide("recurring profile", self.find_customer).accepted:
            self.profiles[record.customer_id, fold(record.values["name"])] = record.row_id

    def find_customer(self, record: Record) -> None:
        """Fill in the record's customer. Raises CellError when it is unknown or ambiguous."""
        links = record.links
        identifier = links.get("customer") or links.get("customer_id", "")
        name = links.get("customer_name", "")
        self.decisions.waits_for("customer", identifier, "" if identifier else name)
        if identifier:
            found = self.customers.by_id.get(identifier)
            if found is None:
                raise self.decisions.unknown(
                    "customers",
                    f"The customer {identifier} is in neither the upload nor the portal.",
                    "Correct the customer in Zoho and export again.",
                    "Customer ID",
                )
            record.customer_id = found
            return
        matches = self.customers.named(name)
        if not matches:
            reason = f"No customer is called {name!r}." if name else "No customer is named."
            remedy = "Export with the column 'Customer ID'."
            raise self.decisions.unknown("customers", reason, remedy, "Customer Name")
        if len(matches) > 1:
            raise CellError(
                f"{len(matches)} customers are called {name!r}.",
                "Export with the column 'Customer ID'.",
                column="Customer Name",
            )
        record.customer_id = matches[0]

    def find_project(self, record: Record) -> None:
        """Fill in the record's project and customer."""
        identifier, name = record.links["project_id"], record.links["project_name"]
        self.decisions.waits_for("project", identifier or name)
        if not identifier and not name.strip():
            raise CellError(
                "No project is named, so no customer is either.",
                "Choose the project in Zoho: the portal shows time and tasks by project.",
                column="Project Name",
            )
        if identifier and identifier in self.projects.by_id:
            matches = [self.projects.by_id[identifier]]
        else:
            matches = self.projects.named(name)
        if not matches:
            called = f"called {name!r}" if name else f"with the id {identifier}"
            raise self.decisions.unknown(
                "projects",
                f"No project is {called}.",
                "Correct the project in Zoho and export again.",
                "Project Name",
            )
        if len(matches) > 1:
            raise CellError(
                f"{len(matches)} projects are called {name!r}.",
                "Give each project a name of its own; this file knows projects only by name.",
                column="Project Name",
            )
        record.values["project_id"], record.customer_id = matches[0]

    def project_of(self, record: Record) -> UUID | None:
        """Return the document's project, if it names one of its own customer's."""
        key = record.links.get("project_id") or record.links.get("project_name") or ""
        return self.line_project(key, record.customer_id)

    def line_project(self, key: str, customer_id: UUID) -> UUID | None:
        """Return the project that a line names by id or name, if it is this customer's."""
        if not key:
            return None
        places = (
            [self.projects.by_id[key]] if key in self.projects.by_id else self.projects.named(key)
        )
        mine = [project for project, owner in places if owner == customer_id]
        return mine[0] if len(mine) == 1 else None

    def knows(self, project: str) -> bool:
        """Tell whether a project has this id or name, whoever's it is."""
        return project in self.projects.by_id or bool(self.projects.named(project))

    def _find_time(self, record: Record) -> None:
        self.find_project(record)
        task = record.links["task_name"]
        record.values["task_id"] = self.tasks.get((record.values["project_id"], fold(task)))
        if task and record.values["task_id"] is None:
            self.decisions.waits_for("task", task)
            raise self.decisions.unknown(
                "tasks",
                f"The project has no task called {task!r}.",
                "Correct the task in Zoho and export again.",
                "Task Name",
            )

    def _known(self, kind: str, name: str, names: Names) -> None:
        for row in self.books.rows[kind]:
            names.add(row["id"], None, row[name])
        for key, ref in self.books.refs[kind].items():
            names.by_id[key] = ref.row_id

    def _number_customers(self, change: Change) -> None:
        """See to unique numbers: the file's own, else Zoho's whole id, else none."""
        stored = {row["id"]: row["number"] for row in self.books.rows["customer"]}
        taken = set(filter(None, stored.values()))
        for record in change.updated:
            mine, number = stored[record.row_id], record.values["number"]
            record.values["number"] = mine if number in taken else number
            taken.add(record.values["number"])
        for record in change.created:
            choices = (record.values["number"], record.external_id.removeprefix("="), None)
            record.values["number"] = next(choice for choice in choices if choice not in taken)
            if record.values["number"]:
                taken.add(record.values["number"])

    def _same_emails(self) -> None:
        """Tell staff of addresses several customers share: a login must not join them unasked."""
        owners: dict[str, list[Record]] = defaultdict(list)
        for record in self.decisions.of("customer").accepted:
            if record.values["email"]:
                owners[record.values["email"]].append(record)
        for email, sharing in owners.items():
            if len(sharing) > 1:
                names = ", ".join(record.subject for record in sharing)
                self.upload.reading.findings.warn(
                    sharing[1].file,
                    f"{email} belongs to {len(sharing)} customers: {names}. All are imported, each "
                    "with a contact of its own.",
                    row=sharing[1].row,
                )

    def _unique_emails(self, contacts: Change) -> None:
        """Two people of one customer cannot share an address: the later one goes without."""
        restated = {record.row_id for record in contacts.accepted}
        taken = {
            (row["customer_id"], row["email"])
            for row in self.books.rows["contact"]
            if row["email"] and row["id"] not in restated
        }
        for record in _primary_first(contacts.unchanged, contacts.written):
            email = record.values["email"]
            if email is None:
                continue
            if (record.customer_id, email) in taken:
                problem = Problem(
                    record.file,
                    f"Another person of this customer has the address {email}.",
                    "Give each person an address of their own.",
                    record.row,
                    "EmailID",
                )
                subject = f"person {record.subject}"
                self.upload.set_aside.append(SetAside("e-mail", subject, problem))
                record.values["email"] = None
            taken.add((record.customer_id, email))


def _primary_first(unchanged: list[Record], written: Iterable[Record]) -> list[Record]:
    return unchanged + sorted(written, key=lambda record: not record.values["is_primary"])


def amount_of(record: Record, currency: str) -> int:
    """Read the amount of a credit application or refund in its credit note's currency."""
    raw = record.extra["amount"]
    try:
        amount = cells.minor_units(raw, currency)
    except CellError as error:
        error.column = "Amount"
        raise
    if amount <= 0:
        raise CellError(f"The amount {raw} is not above zero.", "Correct it.", column="Amount")
    return amount
