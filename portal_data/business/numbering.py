"""Numbers of documents: the next of a series, each given once and none left out."""

from portal_data.errors import Invalid
from portal_data.store import OpenSession

_SERIES = "select prefix, next_number, digits from core.counters where kind = $kind"
_ADVANCE = "update core.counters set next_number = next_number + 1 where kind = $kind"
_BEGIN = """
    insert into core.counters (kind, prefix, next_number, digits)
    values ($kind, $prefix, 1, $digits)
    on conflict (kind) do nothing
"""


def draw(session: OpenSession, kind: str, *, otherwise: tuple[str, int] | None = None) -> str:
    """Return the next number of a kind's series (`invoice`, `estimate`, …), such as INV-000123.

    It is drawn in the transaction that writes the document: when that fails the number goes to the
    next one, so there are no gaps. Until it ends others wait for theirs. A kind without a series
    begins one as `otherwise` says, its prefix and digits; without that, raises Invalid.
    """
    if otherwise is not None:
        prefix, digits = otherwise
        session.change(_BEGIN, kind=kind, prefix=prefix, digits=digits)
    series = next(iter(session.locked(_SERIES, kind=kind)), None)
    if series is None:
        raise Invalid(f"There is no series of numbers for {kind.replace('_', ' ')}s yet.")
    session.change(_ADVANCE, kind=kind)
    return f"{series['prefix']}{series['next_number']:0{series['digits']}d}"
