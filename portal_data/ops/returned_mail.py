"""What a mail server says later of mails that it took: they failed after all."""

from uuid import UUID

from portal_data import store
from portal_data.clock import utc_now
from portal_data.messaging import bounces
from portal_data.ops.control.server import Lines


def record_bounces(returned: list[tuple[str, str, bool]]) -> Lines:
    """Record mails that came back, each as the outbox row's id, a status and whether for good."""
    recorded = 0
    for row_id, status, hard in returned:
        with store.system_writing() as session:
            recorded += bounces.came_back(session, UUID(row_id), status, hard=hard, now=utc_now())
    yield f"{recorded} recorded." if recorded else "Nothing of the portal's came back."
    return 0
