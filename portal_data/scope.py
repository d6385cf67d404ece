"""Who is asking: a customer's contact or a member of staff, and what their role allows.

A Scope or Staff is proof of a checked sign-in. Only `identity` makes one.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from portal_data import security_log
from portal_data.errors import NotAllowed
from portal_data.text.language import _


class Role(StrEnum):
    """Roles of contacts (admin, payer, approver, viewer) and of staff (owner, staff).

    A link is whoever holds the public link of one document to answer, and a pay link that of one
    to pay: nobody's account.
    """

    ADMIN = "admin"
    PAYER = "payer"
    APPROVER = "approver"
    VIEWER = "viewer"
    OWNER = "owner"
    STAFF = "staff"
    LINK = "link"
    PAY_LINK = "pay_link"


class Permission(StrEnum):
    """What a contact may do, named `<noun>:<verb>`."""

    ACCOUNT_EDIT = "account:edit"
    ACTIVITY_READ = "activity:read"
    COLLEAGUES_MANAGE = "colleagues:manage"
    COMMENT_WRITE = "comment:write"
    DATA_DOWNLOAD = "data:download"
    DISPUTE_OPEN = "dispute:open"
    DOCUMENT_FORWARD = "document:forward"
    ESTIMATE_ANSWER = "estimate:answer"
    FILE_ADD = "file:add"
    INVOICE_PAY = "invoice:pay"
    INVOICE_PAY_LINKED = "invoice:pay_linked"
    MESSAGE_SEND = "message:send"
    PROFILE_EDIT = "profile:edit"
    REVIEW_WRITE = "review:write"
    TIMESHEET_ANSWER = "timesheet:answer"


_EVERYBODY = {
    Permission.COMMENT_WRITE,
    Permission.DATA_DOWNLOAD,
    Permission.MESSAGE_SEND,
    Permission.PROFILE_EDIT,
    Permission.REVIEW_WRITE,
}
_SHARING = {Permission.DOCUMENT_FORWARD, Permission.FILE_ADD}
_ALLOWED: dict[Role, set[Permission]] = {
    Role.ADMIN: set(Permission) - {Permission.INVOICE_PAY_LINKED},
    Role.PAYER: _EVERYBODY | _SHARING | {Permission.DISPUTE_OPEN, Permission.INVOICE_PAY},
    Role.APPROVER: _EVERYBODY
    | _SHARING
    | {Permission.DISPUTE_OPEN, Permission.ESTIMATE_ANSWER, Permission.TIMESHEET_ANSWER},
    Role.VIEWER: _EVERYBODY,
    Role.STAFF: set(),  # staff who look at what a customer sees, and touch nothing
    Role.LINK: {Permission.ESTIMATE_ANSWER},  # of the one estimate whose link it is
    Role.PAY_LINK: {Permission.INVOICE_PAY_LINKED},  # of the one invoice whose link it is
}


_BY_LINK = (Role.LINK, Role.PAY_LINK)
HOLDER = "Somebody"
"""Who holds a public link, until the person gives a name."""


def by_link(name: str) -> str:
    """Return the name under which is kept what was done by a public link: it is only said."""
    return f"{name} (by public link)"


def roles_that_may(permission: Permission) -> set[Role]:
    """Return the roles of contacts that allow `permission`."""
    return {
        role for role, allowed in _ALLOWED.items() if permission in allowed and role not in _BY_LINK
    }


@dataclass(frozen=True, slots=True)
class Scope:
    """A signed-in contact: sees and touches the rows of one customer only.

    That of a public link (`linked`) has the link's id where a contact's stands, and the network
    `address` that it is used from, which a sign-in keeps for everybody else.
    """

    customer_id: UUID
    contact_id: UUID
    sign_in_id: UUID
    role: Role
    name: str
    email: str
    customer_name: str
    language: str | None = None
    """What is written to the person in, one of `text.language.LANGUAGES`; None for staff."""
    address: str | None = None

    @property
    def person(self) -> str:
        """A name for the person in logs and quotas, the same for all their sign-ins."""
        kind = "staff" if self.role is Role.STAFF else "link" if self.linked else "contact"
        return f"{kind}:{self.contact_id}"

    @property
    def linked(self) -> bool:
        """Whether this is nobody's account, and whoever holds a public link."""
        return self.role in _BY_LINK

    @property
    def known_as(self) -> str:
        """The name under which is kept what somebody did; a link's holder only says to have it."""
        return by_link(self.name) if self.linked else self.name

    @property
    def person_id(self) -> UUID | None:
        """The contact's id where rows keep who did something; None for who holds a link."""
        return None if self.linked else self.contact_id

    def may(self, permission: Permission) -> bool:
        """Tell whether the contact's role allows `permission`."""
        return permission in _ALLOWED[self.role]

    def need(self, permission: Permission) -> None:
        """Raise NotAllowed unless the contact's role allows `permission`."""
        if not self.may(permission):
            security_log.event("refused", actor=self, permission=permission.value)
            raise NotAllowed(
                _("Your role does not allow this. Ask an administrator of your company.")
            )


@dataclass(frozen=True, slots=True)
class Staff:
    """A signed-in member of staff."""

    staff_id: UUID
    sign_in_id: UUID
    role: Role
    name: str
    email: str

    @property
    def person(self) -> str:
        """A name for the person in logs and quotas, the same for all their sign-ins."""
        return f"staff:{self.staff_id}"

    def need_owner(self) -> None:
        """Raise NotAllowed unless this is an owner."""
        if self.role is not Role.OWNER:
            security_log.event("refused", actor=self, permission="owner")
            raise NotAllowed("Only an owner may do this.")


def need_actor(who: Scope | Staff, *, by_link: bool = False) -> None:
    """Raise NotAllowed for whoever never acts as a contact.

    That are staff who look at what a customer sees, and, but for what is done `by_link`, who holds
    a public link.
    """
    if isinstance(who, Scope) and who.role is Role.STAFF:
        security_log.event("refused", actor=who, permission="act")
        raise NotAllowed(_("You are looking at what the customer sees. Nothing is done from here."))
    if isinstance(who, Scope) and who.linked and not by_link:
        security_log.event("refused", actor=who, permission="act")
        raise NotAllowed(_("A link lets you answer what it is of, and nothing else."))
