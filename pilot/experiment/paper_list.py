"""What an office that prints has on its list: prints that an eye found wrong, and letters that practices sent back.

The same people as in the other arms, with the same luck: what the checks of print, extract and letters could show is
found as often as eyes find it, before the post goes. What is held back is put right in NBSS and printed again.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import msgspec

from generators.people.people import Office as ScreeningOffice
from pilot.domain.delivery import LastState, State
from pilot.domain.result import Disputed, DisputeReason, Provenance, Rejected, RejectionReason
from pilot.experiment.enquiries import Enquiries, Named, can_be_printed, reprint_mark, reprinted_letter
from pilot.experiment.folder import Journal, RunFolder
from pilot.experiment.office import NOT_HERE, Did, Job, Office, job_of
from pilot.measures import Print
from pilot.nbss import Known, Reader, check, remember
from pilot.nbss.batch import Batch
from pilot.pipeline.entry import Owner

# Troubles of a file on a computer: its paper is as good as any.
_NOT_ON_PAPER: Final = frozenset(
    {
        RejectionReason.NOT_A_PDF,
        RejectionReason.NOT_RECOGNISED,
        RejectionReason.EMPTY_FILE,
        RejectionReason.DAMAGED_FILE,
        RejectionReason.TOO_LARGE,
        RejectionReason.TOOK_TOO_LONG,
        RejectionReason.IMAGE_ONLY_PAGE,
        RejectionReason.WITHDRAWN_IN_PRINT,  # posted, so that the practice takes out what it has
        RejectionReason.UNREADABLE_RECORD,
        RejectionReason.NAME_UNREADABLE,
        RejectionReason.COUNT_DIFFERS_FROM_COVER,
        RejectionReason.EXTRACT_ROW_UNREADABLE,
    }
)
# No print lies there: what the eye sees is that one is missing.
_MISSING: Final = frozenset(
    {RejectionReason.IN_EXTRACT_NOT_IN_PRINT, RejectionReason.IN_LETTERS_NOT_IN_PRINT}
)
_ATTEMPTS: Final = 3
_DAYS_BETWEEN: Final = 2

Letter = Mapping[str, Any]


class Held(msgspec.Struct, frozen=True):
    """One piece of work on the office's paper list. `letter` is the print in hand, None where there is none."""

    key: str
    reason: str
    since: date
    screening_number: str | None
    nhs_number: str | None
    letter: dict[str, Any] | None = None


class PaperList:
    """The list of one arm that prints, kept in a file: it is there again when a run is taken up after a kill."""

    def __init__(
        self,
        folder: RunFolder,
        arm: str,
        office: Office,
        enquiries: Enquiries,
        reader: Reader,
        bso: ScreeningOffice,
    ) -> None:
        self._folder = folder
        self._list = folder.office_list(arm)
        self._office = office
        self._enquiries = enquiries
        self._reader = reader
        self._bso = bso
        self._known = Known()
        self._read_days: set[str] = set()
        self._held: dict[str, Held] = {held.key: held for held in _read(self._list)}

    def look_through(self, day: date, letters: Sequence[Letter]) -> list[Letter]:
        """Check the day's prints by eye; the letters that go into the post, without those held back."""
        known, batch = self._known_before(day), self._batch(day)
        if not batch.files:
            return list(letters)
        checked = check(batch, known)
        self._known = remember(known, batch, checked)
        of_place = {(letter["file"], letter["page"], letter["record"]): letter for letter in letters}
        found = {}
        findings: list[Rejected | Disputed] = [*checked.rejected, *checked.disputed]
        for item in findings:
            held = self._found(item, of_place, letters, day)
            if held is not None and self._office.happens(_job(held), "eye", "bso_check_finds"):
                found[held.key] = held
        for held in found.values():
            self._hold(held)
        kept = {_place(held.letter) for held in found.values() if held.letter is not None}
        return [letter for letter in letters if _place(letter) not in kept]

    def came_back(
        self, letters: Iterable[Letter], day: date, arrives: Callable[[date, str], datetime]
    ) -> None:
        """Letters that practices opened and found nobody for, of which some come back by post."""
        for letter in letters:
            job = job_of(letter["screening_number"], letter["source"], NOT_HERE)
            sent = date.fromisoformat(letter["at"][:10])
            if job.key in self._held or arrives(sent, letter["practice"]).date() > day:
                continue
            if self._office.happens(job, "sent back", "letters_sent_back"):
                line = {"practice": letter["practice"], "lines": letter["lines"]}
                number = letter["nhs_number"]
                self._hold(Held(job.key, NOT_HERE, day, job.screening_number, number, line))

    def work(self, day: date) -> list[Letter]:
        """One day's work: the letters that it makes, to go into the post."""
        people = self._office.day(day)
        post = self._sent_today(day)
        for held in self.waiting():
            job = _job(held)
            tried = self._office.worked_on(job)
            if tried and (day - tried[-1]) < timedelta(days=_DAYS_BETWEEN):
                continue
            finds_out = self._office.finds_out(job)
            did = Did.SETTLED if finds_out or len(tried) + 1 >= _ATTEMPTS else Did.NO_ANSWER
            if people.take(job, did) is None:
                break
            letter = self._settled(held, job, day) if finds_out else None
            if letter is not None:
                post.append(letter)
        return post

    def _sent_today(self, day: date) -> list[Letter]:
        """Letters of this day that the book has already: the day is lived again after a kill."""
        settled = (held for held in self._held.values() if self._office.done(_job(held)))
        again = (held for held in settled if self._office.worked_on(_job(held))[-1] == day)
        letters = (
            self._settled(held, _job(held), day)
            for held in again
            if self._office.finds_out(_job(held), len(self._office.worked_on(_job(held))) - 1)
        )
        return [letter for letter in letters if letter is not None]

    def waiting(self) -> tuple[Held, ...]:
        """What nobody has settled; nothing where nobody opens the list."""
        if self._office.plan.list_unattended:
            return ()
        return tuple(held for held in self._held.values() if not self._office.done(_job(held)))

    def endings(self, sent: Iterable[Print], due_days: float) -> tuple[LastState, ...]:
        """Where the list has what was not sent since: waiting for somebody, or done with and nothing to be sent."""
        sent = tuple(sent)
        files, places = {one.file for one in sent}, {(one.file, one.page, one.record) for one in sent}
        ends = (self._ending(held, files, places, due_days) for held in self._held.values())
        return tuple(ending for ending in ends if ending is not None)

    def _ending(
        self, held: Held, files: set[str], places: set[tuple[str, int, int]], due_days: float
    ) -> LastState | None:
        job = _job(held)
        worked = self._office.lines_about(job)
        done = self._office.done(job)
        sent = any(reprint_mark(job) in file for file in files) or _place(held.letter or {}) in places
        if done and (sent or self._office.slips(job)):
            return None
        since = _begins(held.since)
        return LastState(
            state=State.RETURNED if done else State.WITH_A_PERSON,
            reason=held.reason,
            provenance=_provenance(held.letter or {}),
            screening_number=held.screening_number,
            nhs_number=held.nhs_number,
            owner=Owner.OFFICE,
            assigned_to=worked[-1].who if worked else "",
            since=since,
            due=since + timedelta(days=due_days),
            touched=_begins(worked[-1].day) if worked else None,
        )

    def _settled(self, held: Held, job: Job, day: date) -> Letter | None:
        """The letter that goes out in the end; None where nothing is to be sent."""
        if self._office.slips(job):
            return held.letter if held.letter and "file" in held.letter else None
        named = Named.on_print(held.nhs_number, held.letter["lines"] if held.letter else ())
        facts = self._enquiries.about(named, held.screening_number, day)
        if facts is None or not can_be_printed(facts):
            return None
        sent_before = held.letter is not None and held.letter.get("practice")
        if held.reason == NOT_HERE and facts.practice == sent_before:
            return None
        return reprinted_letter(self._bso, job, facts, day)

    def _found(
        self,
        item: Rejected | Disputed,
        of_place: Mapping[tuple[str, int, int], Letter],
        letters: Sequence[Letter],
        day: date,
    ) -> Held | None:
        """What an eye could find on paper, or None where it is a trouble of the file alone."""
        if item.reason in _NOT_ON_PAPER:
            return None
        screening: str | None
        nhs: str | None
        if isinstance(item, Disputed):
            result = item.result
            if item.reason is DisputeReason.DUPLICATE:
                return None  # posted again, as offices do
            screening, nhs, where = result.screening_number, result.participant.nhs_number, result.provenance
        else:
            screening, nhs, where = item.screening_number, item.nhs_number, item.provenance
        letter = of_place.get((where.file, where.page, where.record))
        if item.reason in _MISSING and nhs and any(_bears(one, nhs) for one in letters):
            return None  # missing from a file, not from the paper
        job = job_of(screening, where, item.reason)
        return Held(job.key, item.reason, day, screening, nhs, dict(letter) if letter else None)

    def _known_before(self, day: date) -> Known:
        """What earlier days' files hold; after a kill they are read again."""
        stamp = f"{day:%Y%m%d}"
        for earlier in [
            printed for printed in self._by_day if printed < stamp and printed not in self._read_days
        ]:
            self._known = self._remembered(date(int(earlier[:4]), int(earlier[4:6]), int(earlier[6:])))
        return self._known

    def _remembered(self, day: date) -> Known:
        batch = self._batch(day)
        return remember(self._known, batch, check(batch, self._known))

    def _batch(self, day: date) -> Batch:
        stamp = f"{day:%Y%m%d}"
        fresh = [] if stamp in self._read_days else self._by_day.get(stamp, [])
        self._read_days.add(stamp)
        directory = self._folder.undated() if fresh else ()
        return self._reader.read([*directory, *fresh]) if fresh else Batch()

    @cached_property
    def _by_day(self) -> Mapping[str, Sequence[Path]]:
        """What was emitted, by the day in its name, from the first day on."""
        days: dict[str, list[Path]] = {}
        for path in self._folder.emitted():
            if (stamp := _stamp(path)) is not None:
                days.setdefault(stamp, []).append(path)
        return dict(sorted(days.items()))

    def _hold(self, held: Held) -> None:
        if held.key not in self._held:
            self._list.add(msgspec.json.encode(held))
            self._held[held.key] = held


def _job(held: Held) -> Job:
    return Job(held.key, held.screening_number)


def _place(letter: Letter) -> tuple[Any, Any, Any]:
    return letter.get("file"), letter.get("page"), letter.get("record")


def _provenance(letter: Letter) -> Provenance:
    """Where its print stands; nowhere for a letter that came back by post, or where there is no print."""
    return Provenance(letter.get("file", ""), letter.get("page", 0), letter.get("record", 0))


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _bears(letter: Letter, nhs_number: str) -> bool:
    return any(nhs_number in line.replace(" ", "") for line in letter["lines"])


def _stamp(path: Path) -> str | None:
    parts = path.name.split("-")
    return parts[2][:8] if len(parts) > 2 and parts[2][:8].isdigit() else None


def _read(held: Journal) -> Iterable[Held]:
    for line in held.lines():
        try:
            yield msgspec.json.decode(line, type=Held)
        except msgspec.DecodeError:  # cut short by a kill: found again when the day is lived again
            return
