"""The published books for staff: how fresh they are, publishing them now, files and answers."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from portal_data.analysts.published import CURRENT, FILE, FOLDER, PROGRESS, Published
from portal_data.analysts.published import latest as _latest
from portal_data.analysts.questions import QUESTIONS, Question
from portal_data.errors import NotFound
from portal_data.scope import Staff
from portal_data.settings import load
from portal_data.store import answers


@dataclass(frozen=True, slots=True)
class Answer:
    """A question and the rows that answer it, with the values of its columns in their order."""

    question: Question
    rows: list[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class State:
    """The publication that is shown, if any, whether another is made, and why that last failed."""

    published: Published | None
    underway: bool
    failure: str
    every_minutes: int


def state(staff: Staff) -> State:
    """Return how the publication of this portal stands."""
    _only(staff)
    underway = PROGRESS.wanted.is_set() or PROGRESS.underway.is_set()
    settings = load()
    return State(_latest(settings.data_path), underway, PROGRESS.failure, settings.publish_minutes)


def publish_now(staff: Staff) -> None:
    """Let the publisher of this process publish within seconds."""
    _only(staff)
    PROGRESS.wanted.set()


def answer(staff: Staff, slug: str) -> Answer:
    """Return the answer of a question on what is published.

    Raises NotFound for an unknown question and before anything is published, Unavailable when the
    answer takes too long.
    """
    _only(staff)
    try:
        question = QUESTIONS[slug]
    except KeyError as error:
        raise NotFound("There is no such question.") from error
    file = load().data_path / FILE
    if not file.exists():
        raise NotFound("Nothing is published yet.")
    names = [column.name for column in question.columns]
    rows = answers.ask(file, question.sql)
    return Answer(question, [tuple(row[name] for name in names) for row in rows])


def database(staff: Staff) -> BinaryIO:
    """Return the published DuckDB file, opened. Raises NotFound before there is one."""
    _only(staff)
    try:
        return (load().data_path / FILE).open("rb")
    except FileNotFoundError as error:
        raise NotFound("Nothing is published yet.") from error


def parquet(staff: Staff) -> list[Path]:
    """Return the Parquet files of one publication. Raises NotFound before there are any."""
    _only(staff)
    folder = (load().data_path / FOLDER / CURRENT).resolve()
    files = sorted(folder.glob("*.parquet"))
    if not files:
        raise NotFound("Nothing is published yet.")
    return files


def _only(staff: Staff) -> None:
    if not isinstance(staff, Staff):
        raise TypeError("Only staff may see all customers' books.")
