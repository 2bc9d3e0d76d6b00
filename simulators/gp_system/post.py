"""Post for a practice: it gets lost, or lies in the pile, or goes nowhere in a practice that does nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from simulators.gp_system.decision import TaskKind
from simulators.gp_system.desk_settings import Role
from simulators.gp_system.draws import draws_for, result_name
from simulators.gp_system.errors import RequestError
from simulators.gp_system.letter import read_letter
from simulators.gp_system.minutes import aware
from simulators.gp_system.practice import Practice
from simulators.gp_system.tasks import Task, Tasks
from simulators.gp_system.typist import minutes_for


class LetterLine(msgspec.Struct, frozen=True):
    """One line of POST /admin/post: a record on paper. `arrives_on`: ISO date (that day's post) or datetime."""

    practice: str
    emitted_on: date
    file: str
    page: int
    record: int
    lines: tuple[str, ...]
    arrives_on: str

    @property
    def source(self) -> str:
        return f"post:{self.file}#{self.page}/{self.record}"

    @property
    def comes_with_the_post(self) -> bool:
        """Whether it names a day, not a time."""
        return "T" not in self.arrives_on


@dataclass(frozen=True, slots=True)
class Posted:
    """One result on paper or on a page. `source` says from where; `arrives`: the minute it is in the pile."""

    source: str
    printed_on: date
    arrives: float
    lines: Sequence[str]

    @property
    def by_mesh(self) -> bool:
        return self.source.startswith("mesh:")


def deliver(tasks: Tasks, practice: Practice, posted: Posted) -> str | None:
    """Give a letter to the practice's coders. The state it is in, or None where it had come before."""
    letter = read_letter(posted.lines)
    number = letter.screening_number or letter.nhs_number or posted.source
    settings = practice.desk
    draws = draws_for(settings.seed, practice.ods, result_name(number, letter.outcome))
    state = "waiting"
    if settings.never_done:
        state = "ignored"
    if not posted.by_mesh and draws.lost < settings.lost_in_post_rate:
        state = "lost"
    subject = {"lines": list(posted.lines), "printed_on": posted.printed_on.isoformat()}
    minutes = minutes_for(settings, draws)
    task = Task(practice.ods, TaskKind.LETTER, Role.CODER, posted.source, posted.arrives, minutes, subject)
    return state if tasks.add(task, state) else None


def read_post(lines: Iterable[bytes]) -> list[tuple[LetterLine, datetime]]:
    """The letters of an NDJSON body, and when each arrives. Raises RequestError (422) naming the line."""
    decoder = msgspec.json.Decoder(LetterLine)
    letters = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            letter = decoder.decode(line)
            letters.append((letter, aware(letter.arrives_on)))
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
            raise RequestError(422, f"line {number}: {error}") from error
    return letters
