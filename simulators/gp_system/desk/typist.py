"""What a person at the desk makes of one letter: reads it, by its labels and its headline, and types it, or not."""

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

import pypdfium2

from simulators.gp_system.desk.settings import ANY_OUTCOME, DeskSettings, Draws, Habit, pick, result_name
from simulators.gp_system.outcomes import NOT_SCREENED, NOT_SCREENED_BECAUSE, SCREENED_HEADLINES, Outcome

_ALL_SCREENED: Final = tuple(SCREENED_HEADLINES)
_WITHDRAWN: Final = "RESULTWITHDRAWN"  # above the print
_INITIALS: Final = frozenset("SsNn")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# A label, however it is spelt, and its value: one word, or a number in groups; of a text in small letters.
_LABELLED = re.compile(
    r"(screening\s*n|nhs\s*n|date\s*of\s*birth|screened\s*on|mammography\s*on)[^:\n]*:\s*(\S+(?: \d+)*)"
)
_NAME = re.compile(r"^\s*([^,:]+),\s*([^,:]+)(?:,\s*([^,:]+))?\s*$")


@dataclass(frozen=True, slots=True)
class Letter:
    """What a person takes in from one record on paper. None: not there, or not legible.

    `withdrawn`: it says that an earlier one was sent in error and is to be taken out.
    """

    screening_number: str | None
    nhs_number: str | None
    surname: str | None
    forename: str | None
    date_of_birth: date | None
    outcome: Outcome | None
    headline: str
    screened_on: date | None
    withdrawn: bool = False

    def name(self, source: str) -> str:
        """By which what chance does to it is drawn: alike in every arm, and for a withdrawal anew."""
        number = self.screening_number or self.nhs_number or source
        return result_name(f"{number}|withdrawn" if self.withdrawn else number, self.outcome)


def read_letter(lines: Sequence[str]) -> Letter:
    """Never fails: what cannot be read is None."""
    text = "\n".join(line for line in lines if ":" in line).lower()
    found = {"".join(label.split()): value.upper() for label, value in _LABELLED.findall(text)}
    digits = "".join(found.get("nhsn", "").split())
    name = next((match for line in lines if "," in line and (match := _NAME.match(line))), None)
    headline, outcome = _outcome(lines)
    return Letter(
        screening_number=found.get("screeningn"),
        nhs_number=digits if digits.isdecimal() else None,
        surname=name.group(1).strip() if name else None,
        forename=name.group(2).strip() if name else None,
        date_of_birth=_date(found.get("dateofbirth")),
        outcome=outcome,
        headline=headline,
        screened_on=_date(found.get("screenedon") or found.get("mammographyon")),
        withdrawn=any(_squeezed(line).startswith(_WITHDRAWN) for line in lines[:3]),
    )


def _date(text: str | None) -> date | None:
    """A date as NBSS prints it, `04-May-1965`; by hand, since strptime takes ten times as long."""
    try:
        day, month, year = (text or "").split("-")
        return date(int(year), _MONTHS.index(month.casefold()) + 1, int(day))
    except ValueError:
        return None


def _outcome(lines: Sequence[str]) -> tuple[str, Outcome | None]:
    """The headline, made readable, and what it means."""
    for place, line in enumerate(lines):
        if line.lstrip()[:1] not in _INITIALS:
            continue
        squeezed = _squeezed(line)
        if squeezed.startswith(NOT_SCREENED):
            return " ".join(line.split()), _reason(lines[place + 1 :])
        if squeezed.startswith(_ALL_SCREENED):
            means = next(
                outcome for words, outcome in SCREENED_HEADLINES.items() if squeezed.startswith(words)
            )
            return " ".join(line.split()), means
    return "", None


def _reason(below: Sequence[str]) -> Outcome | None:
    for line in below:
        squeezed = _squeezed(line).removeprefix("BECAUSE:")
        for beginning, outcome in NOT_SCREENED_BECAUSE.items():
            if squeezed.startswith(beginning):
                return outcome
    return None


def _squeezed(line: str) -> str:
    return "".join(line.split()).upper()


MAX_PAGES: Final = 4
_PDFIUM = threading.Lock()  # PDFium is not thread-safe


class Unreadable(Exception):
    """Not a PDF that anybody could read. Text holds no patient data."""


def page_lines(body: bytes) -> list[str]:
    """The lines of text, from top to bottom. Raises Unreadable."""
    if not body.startswith(b"%PDF"):
        raise Unreadable("not a PDF")
    try:
        with _PDFIUM, pypdfium2.PdfDocument(body) as document:
            if len(document) > MAX_PAGES:
                raise Unreadable("more pages than one result has")
            texts = [page.get_textpage().get_text_bounded() for page in document]
    except pypdfium2.PdfiumError as error:
        raise Unreadable("a PDF that cannot be opened") from error
    lines = [line.rstrip() for text in texts for line in text.splitlines()]
    if not any(lines):
        raise Unreadable("a PDF without text")
    return lines


class LetterEnd(StrEnum):
    """How a letter ended at the desk, for those who want to know why it is not in the record."""

    ENTERED = "entered"
    TAKEN_OUT = "taken_out"
    MISSED = "missed"
    NOT_UNDERSTOOD = "not_understood"
    NOBODY_HERE = "nobody_here"


@dataclass(frozen=True, slots=True)
class Handling:
    """`wrong_person`: typed into another record. `times`: 2 where somebody did it again."""

    habit: Habit
    effective: date | None
    wrong_person: bool
    times: int


def handle(letter: Letter, settings: DeskSettings, draws: Draws, dated: date) -> Handling | LetterEnd:
    """How the letter is handled. `dated` is the day it was printed, used where it names no other."""
    if letter.outcome is None:
        return LetterEnd.NOT_UNDERSTOOD
    if draws.missed < settings.missed_rate:
        return LetterEnd.MISSED
    effective = letter.screened_on or dated
    if draws.mistyped_date < settings.keying_error_rate:
        effective = slip(effective, draws.which_slip)
    return Handling(
        habit=_code(letter.outcome, settings, draws),
        effective=effective,
        wrong_person=draws.wrong_person < settings.wrong_person_rate,
        times=2 if draws.typed_twice < settings.typed_twice_rate else 1,
    )


def minutes_for(settings: DeskSettings, draws: Draws, *, on_paper: bool) -> float:
    """Working minutes that one letter or document takes, both times where it is typed twice."""
    spread = settings.minutes_per_letter if on_paper else settings.minutes_per_document
    once = spread.at(draws.minutes)
    return once * 2 if draws.typed_twice < settings.typed_twice_rate else once


def _code(outcome: Outcome, settings: DeskSettings, draws: Draws) -> Habit:
    if draws.wrong_code < settings.wrong_code_rate:
        wrong = settings.wrong_code_habit.get(outcome) or settings.wrong_code_habit[ANY_OUTCOME]
        return pick(wrong, draws.which_wrong_code)
    return pick(settings.coding_habit[outcome], draws.habit)


def slip(day: date, quantile: float) -> date:
    """A date as a tired hand types it: day and month changed about where that makes a date, else ten days off."""
    if quantile < 0.5 and day.day <= 12 and day.day != day.month:
        return day.replace(month=day.day, day=day.month)
    return day - timedelta(days=10) if day.day > 10 else day + timedelta(days=10)
