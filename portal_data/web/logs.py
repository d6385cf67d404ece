"""Logs: one JSON object a line, and not more of the same than somebody can read."""

import json
import logging
import sys
import time
from collections import OrderedDict
from typing import Any

_SAME = 20
_SAME_SECURITY = 100
_SAME_ACCESS = 3000
"""Lines of one kind that are written within `_WINDOW` seconds; the rest are counted.

Of the security log a kind is an event from one address, of the access log an address.
"""
_WINDOW = 60.0
_MOST_KINDS = 1000


class JsonLines(logging.Formatter):
    """One JSON object a line; the fields of `extra={"portal": {...}}` beside the message."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        line: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "portal", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def log_as_json() -> None:
    """Send the portal's own loggers to standard error as JSON lines."""
    logger = logging.getLogger("portal")
    if not logger.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonLines())
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False


class Bounded(logging.Filter):
    """Lets through some records of a kind a minute, then says how many it kept back.

    A kind is the line of code that logs and the line that failed: whoever can make an error can
    make it a thousand times a second.
    """

    def __init__(self) -> None:
        super().__init__()
        self._kinds: OrderedDict[tuple[object, ...], list[float]] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether to write a record."""
        now = time.monotonic()
        kind, most = _kind(record)
        entry = self._kinds.setdefault(kind, [now, 0])
        if len(self._kinds) > _MOST_KINDS:
            self._kinds.popitem(last=False)
        if now - entry[0] > _WINDOW:
            kept_back = int(entry[1]) - most
            entry[:] = [now, 0]
            if kept_back > 0:
                record.msg = f"{record.msg} (and {kept_back} more like this)"
        entry[1] += 1
        return entry[1] <= most


def bound_all() -> None:
    """Bound what every logger of this process writes."""
    bounded = Bounded()
    loggers = [logging.getLogger(), *logging.root.manager.loggerDict.values()]
    for logger in loggers:
        if isinstance(logger, logging.Logger):
            for handler in logger.handlers:
                if not any(isinstance(each, Bounded) for each in handler.filters):
                    handler.addFilter(bounded)


def _kind(record: logging.LogRecord) -> tuple[tuple[object, ...], int]:
    fields: dict[str, object] = getattr(record, "portal", {})
    if record.name == "portal.security":
        return (record.name, fields.get("event"), fields.get("address")), _SAME_SECURITY
    if record.name == "portal.access":
        return (record.name, fields.get("address")), _SAME_ACCESS
    return (record.name, record.lineno, *_failed_at(record)), _SAME


def _failed_at(record: logging.LogRecord) -> tuple[object, ...]:
    trace = record.exc_info[2] if record.exc_info else None
    if trace is None:
        return ()
    while trace.tb_next is not None:
        trace = trace.tb_next
    return (trace.tb_frame.f_code.co_filename, trace.tb_lineno)
