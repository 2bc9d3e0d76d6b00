"""What was done in one arm, as counted in the run: minutes on the desks' time sheets, prints, bundles, exceptions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Print:
    """One result that the office sent on paper, or as a PDF by e-mail: a line of post/<date>.jsonl."""

    practice: str
    emitted_on: date
    file: str
    page: int
    record: int

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> "Print":
        """From a line of post/<date>.jsonl as JSON reads it."""
        emitted_on = date.fromisoformat(str(line["emitted_on"]))
        return cls(
            str(line["practice"]), emitted_on, str(line["file"]), int(line["page"]), int(line["record"])
        )


@dataclass(frozen=True, slots=True)
class OfficeTime:
    """One line of the office's time sheet: who spent how many minutes on what, on which day.

    `kind` is a kind of office work (`exceptions`); `about` names the piece of work alike in every arm; `did` is
    what came of it: `settled`, or `no_answer` where it is to be tried again.
    """

    day: date
    who: str
    kind: str
    minutes: float
    screening_number: str | None
    about: str
    did: str


@dataclass(frozen=True, slots=True)
class Sent:
    """Results, pages and bundles of some prints. A bundle is what one practice gets on one day."""

    results: int = 0
    pages: int = 0
    bundles: int = 0

    @classmethod
    def of(cls, prints: Iterable[Print]) -> "Sent":
        some = tuple(prints)
        return cls(
            results=len(some),
            pages=len({(one.file, one.page) for one in some}),
            bundles=len({(one.practice, one.emitted_on) for one in some}),
        )


@dataclass(frozen=True, slots=True)
class Workload:
    """The work of one arm.

    `review_minutes` are parted into the clinicians' and the coders'. `electronic`: results reach the desk as
    documents on a screen. `intake_batches` are the batches that the pipeline took in, `exceptions` the
    results that it put before somebody at the office. `exception_minutes` are those on the office's time sheet,
    None where it keeps none: then they are `exceptions` at the evidence's minutes.
    """

    letters_minutes: float = 0.0
    clinician_review_minutes: float = 0.0
    coder_review_minutes: float = 0.0
    unmatched_minutes: float = 0.0
    rules_minutes: float = 0.0
    electronic: bool = False
    posted: Sent = Sent()
    emailed: Sent = Sent()
    intake_batches: int = 0
    exceptions: int = 0
    exception_minutes: float | None = None
