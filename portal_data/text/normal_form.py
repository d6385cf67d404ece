"""One spelling of the same text (Unicode normal form C), in time that grows with its length alone.

`unicodedata.normalize` sorts every run of combining marks, which takes the square of the run's
length while nothing else of the process runs: 300 kB of marks hold it for half a minute. The
stream-safe text process of UAX #15, section 13, ends runs after 30 marks; no language needs more.
"""

import re
import unicodedata

_LONGEST_RUN = 30
_JOINER = "\u034f"  # COMBINING GRAPHEME JOINER, invisible, which ends a run
# Combining marks begin at U+0300: text without so long a run of what follows needs no closer look.
_SUSPECT = re.compile(f"[^\0-\u02ff]{{{_LONGEST_RUN + 1}}}")


def nfc(text: str) -> str:
    """Return `text` in normal form C; runs of more than 30 combining marks are broken."""
    return unicodedata.normalize("NFC", _stream_safe(text) if _SUSPECT.search(text) else text)


def _stream_safe(text: str) -> str:
    parts, run = [], 0
    for character in text:
        # what a character decomposes into counts, so "ế" begins a run of two
        marks = unicodedata.normalize("NFKD", character)
        trailing = sum(1 for mark in marks if unicodedata.combining(mark))
        if trailing < len(marks):
            run = trailing
        elif run + trailing > _LONGEST_RUN:
            parts.append(_JOINER)
            run = trailing
        else:
            run += trailing
        parts.append(character)
    return "".join(parts)
