"""Where every result ended, in the same five ends for every way of sending: what is believed, held against what is.

in_right_record    an entry is in her own record
on_a_worked_list   it waits for a person, on a list with an owner, and is not overdue without anybody having touched it
unwatched_paper    it is on its way, or on a desk, by a way that nobody watches: paper, or a PDF for a person
returned           back at the office as unfit to send, with a reason
lost               none of these: on nobody's list, or not where the sender believes it is
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from statistics import median
from typing import Final

from pilot.domain.delivery import LastState, State
from pilot.measures.record import TYPED, Lying
from pilot.measures.truth import Place, ResultKey, Results, TruthLine, place_of
from pilot.measures.verdict import Verdict

# With these the pipeline's last word is that paper or a PDF left for the practice: nobody watches for it any more.
UNWATCHED_REASONS: Final = frozenset({"sent_on_paper", "pdf_at_practice"})
OFFICE: Final = "office"
PRACTICE: Final = "practice"


class End(StrEnum):
    """The five ends; every result is in exactly one."""

    IN_RIGHT_RECORD = "in_right_record"
    ON_A_WORKED_LIST = "on_a_worked_list"
    UNWATCHED_PAPER = "unwatched_paper"
    RETURNED = "returned"
    LOST = "lost"


class Loss(StrEnum):
    """Why a result is lost, as far as can be told."""

    NEVER_SENT = "never_sent"
    NEVER_RECEIVED = "never_received"
    UNSETTLED = "unsettled"
    SAID_FILED = "said_filed"
    LIST_NOT_WORKED = "list_not_worked"
    LOST_IN_THE_POST = "lost_in_the_post"
    IGNORED = "ignored_by_the_practice"
    WRONG_RECORD = "in_another_record"
    CLOSED = "closed_without_an_entry"
    NOT_WHERE_BELIEVED = "not_where_believed"


UNACCOUNTED: Final = (Loss.NEVER_RECEIVED, Loss.UNSETTLED, Loss.SAID_FILED, Loss.NOT_WHERE_BELIEVED)


@dataclass(frozen=True, slots=True)
class Where:
    """Where one result ended. `name` is on the list beside it, if any; `age_days` how long it has been there."""

    end: End
    loss: Loss | None = None
    name: str = ""
    age_days: float = 0.0
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Silent:
    """Results that the sender believed to be in the record, and that were not there as they should be.

    `found` of them were put before somebody at the office, `days_until_found` after they were believed filed (the
    median and the longest; None where none was found); of `not_found` nobody knows when the run ends.
    """

    results: int
    found: int
    not_found: int
    days_until_found: float | None
    longest_days_until_found: float | None

    @classmethod
    def of(cls, days: Iterable[float | None]) -> "Silent":
        """From the days until each was found, None for one that was not."""
        some = tuple(days)
        found = sorted(one for one in some if one is not None)
        return cls(
            results=len(some),
            found=len(found),
            not_found=len(some) - len(found),
            days_until_found=median(found) if found else None,
            longest_days_until_found=found[-1] if found else None,
        )


@dataclass(frozen=True, slots=True)
class Ends:
    """Counts of results: `in_right_record` + `on_a_worked_list` + `unwatched_paper` + `returned` + `lost` = `results`.

    `received` is counted at the pipeline's ledger: results that some entry of it speaks of; None in a way of
    sending without one. `named` of those on a list have a person's name beside them, `overdue` are past their due
    day, `oldest_days` is the longest that one of them has waited. `unaccounted` of the lost are those of which nobody
    knows where they are, or that are not where they are said to be. `undelivered` is everything in no right record.
    """

    results: int
    received: int | None
    in_right_record: int
    on_a_worked_list: int
    named: int
    overdue: int
    oldest_days: float | None
    unwatched_paper: int
    returned: int
    lost: int
    lost_because: Mapping[str, int]
    unaccounted: int
    silent: Silent

    @property
    def undelivered(self) -> int:
        """Results that are in no right record."""
        return self.results - self.in_right_record


@dataclass(frozen=True, slots=True)
class Trail:
    """What is known of an arm's results outside the records: the ledger's endings and what lies at the practices.

    `endings` None: a way of sending without a ledger, whose results are known by what was `printed` and by what the
    office has on its own list (`listed`).
    """

    endings: Mapping[ResultKey, tuple[LastState, ...]] | None
    lying: Mapping[ResultKey, tuple[Lying, ...]]
    printed: frozenset[Place]
    at: datetime
    due_days: float
    listed: Mapping[ResultKey, tuple[LastState, ...]] = field(default_factory=dict)

    def where(self, verdict: Verdict) -> Where:
        """The best of what can be said of one result."""
        if verdict.own:
            return Where(End.IN_RIGHT_RECORD)
        if verdict.strangers:
            return Where(End.LOST, Loss.WRONG_RECORD)
        key = verdict.line.key
        lying = self.lying.get(key, ())
        if self.endings is None:
            place = (verdict.line.file, verdict.line.page, verdict.line.record)
            by_paper = (
                _by_paper(lying) if lying or place in self.printed else Where(End.LOST, Loss.NEVER_SENT)
            )
            return _best(by_paper, *(self._where(ending, lying) for ending in self.listed.get(key, ())))
        endings = self.endings.get(key, ())
        if not endings:
            return Where(End.LOST, Loss.NEVER_RECEIVED)
        return _best(*(self._where(ending, lying) for ending in endings))

    def silent(self, verdict: Verdict) -> tuple[float | None, ...]:
        """Days until a result was found that was believed filed and was not, or wrongly; nothing for any other."""
        if self.endings is None:
            return ()
        endings = self.endings.get(verdict.line.key, ())
        return next(((_days_until_found(one),) for one in endings if _silent(one, verdict)), ())

    def _where(self, ending: LastState, lying: tuple[Lying, ...]) -> Where:
        match ending.state:
            case State.RETURNED:
                return Where(End.RETURNED)
            case State.FILED:
                return Where(End.LOST, Loss.SAID_FILED)
            case State.WITH_A_PERSON if ending.reason in UNWATCHED_REASONS:
                return _by_paper(lying)
            case State.WITH_A_PERSON:
                return self._on_a_list(ending, lying)
        return Where(End.LOST, Loss.UNSETTLED)

    def _on_a_list(self, ending: LastState, lying: tuple[Lying, ...]) -> Where:
        if not ending.owner:
            return Where(End.LOST, Loss.LIST_NOT_WORKED)
        reviews = [one for one in lying if one.kind not in TYPED and one.will_be_worked]
        if ending.owner == PRACTICE and not reviews:
            return Where(End.LOST, Loss.NOT_WHERE_BELIEVED)
        if not worked(ending, self.at, self.due_days):
            return Where(End.LOST, Loss.LIST_NOT_WORKED)
        age = (self.at - ending.since).total_seconds() / 86_400 if ending.since else 0.0
        return Where(
            End.ON_A_WORKED_LIST,
            name=ending.assigned_to,
            age_days=age,
            overdue=ending.due is not None and self.at > ending.due,
        )


_ORDER: Final = {end: place for place, end in enumerate(End)}


def _best(*wheres: Where) -> Where:
    return min(wheres, key=lambda where: _ORDER[where.end])


def _silent(ending: LastState, verdict: Verdict) -> bool:
    """Whether it was once believed filed and the record did not have it then, or has it wrongly."""
    if ending.believed_filed is None:
        return False
    if ending.doubted is not None:
        return all(entry.issued >= ending.doubted for entry in verdict.own)
    return ending.state is State.FILED and (not verdict.own or verdict.wrong_in_record)


def _days_until_found(ending: LastState) -> float | None:
    if ending.doubted is None or ending.believed_filed is None:
        return None
    return (ending.doubted - ending.believed_filed).total_seconds() / 86_400


def worked(ending: LastState, at: datetime, due_days: float) -> bool:
    """Whether a waiting result can be said to be on a list that somebody works.

    Untouched by any person, until its due day; touched since it came there, for `due_days` more after the later
    of the due day and the touch. Fixed before anything was measured.
    """
    if ending.due is None or at <= ending.due:
        return True
    if ending.touched is None or (ending.since is not None and ending.touched < ending.since):
        return False
    last = max(ending.due, ending.touched)
    return (at - last).total_seconds() / 86_400 <= due_days


def _by_paper(lying: tuple[Lying, ...]) -> Where:
    letters = [one.where for one in lying if one.kind in TYPED]
    if any(one.will_be_worked for one in lying if one.kind in TYPED):
        return Where(End.UNWATCHED_PAPER)
    if "ignored" in letters:
        return Where(End.LOST, Loss.IGNORED)
    if "lost" in letters:
        return Where(End.LOST, Loss.LOST_IN_THE_POST)
    if "closed" in letters:
        return Where(End.LOST, Loss.CLOSED)
    return Where(End.LOST, Loss.NOT_WHERE_BELIEVED)


def count_ends(wheres: Iterable[Where], received: int | None, silent: Silent) -> Ends:
    """Add up where results ended."""
    some = tuple(wheres)
    ends = Counter(where.end for where in some)
    listed = [where for where in some if where.end is End.ON_A_WORKED_LIST]
    because = Counter(where.loss for where in some if where.loss)
    return Ends(
        results=len(some),
        received=received,
        in_right_record=ends[End.IN_RIGHT_RECORD],
        on_a_worked_list=ends[End.ON_A_WORKED_LIST],
        named=sum(bool(where.name) for where in listed),
        overdue=sum(where.overdue for where in listed),
        oldest_days=max((where.age_days for where in listed), default=None),
        unwatched_paper=ends[End.UNWATCHED_PAPER],
        returned=ends[End.RETURNED],
        lost=ends[End.LOST],
        lost_because={str(loss): because[loss] for loss in Loss if because[loss]},
        unaccounted=sum(because[loss] for loss in UNACCOUNTED),
        silent=silent,
    )


def match_endings(
    truth: Iterable[TruthLine], endings: Iterable[LastState]
) -> dict[ResultKey, tuple[LastState, ...]]:
    """By result, the endings that speak of it.

    An ending is matched by its screening number (of a person's results, by the place it came from), else its NHS
    number, else that place alone: the record on its page, else the page or file that could not be read at all (which
    speaks of all on it).
    """
    lines = tuple(truth)
    results = Results(lines)
    by_nhs: dict[str, list[TruthLine]] = defaultdict(list)
    by_place: dict[Place, list[TruthLine]] = defaultdict(list)
    for line in lines:
        by_nhs[line.nhs_number].append(line)
        for file, page, record in line.places[:1]:
            for place in ((file, page, record), (file, page, 0), (file, 0, 0)):
                by_place[place].append(line)
    found: dict[ResultKey, list[LastState]] = defaultdict(list)
    for ending in endings:
        came_from = ending.provenance
        place = (came_from.file, came_from.page, came_from.record)
        told = ending.since.date() if ending.since else None
        her = results.about(ending.screening_number, place=place, day=told)
        if her is not None:
            about = [her]
        elif ending.nhs_number is not None and ending.nhs_number in by_nhs:
            about = by_nhs[ending.nhs_number]
        else:
            about = by_place.get(place, [])
        for line in about:
            found[line.key].append(ending)
    return {key: tuple(its) for key, its in found.items()}


def match_lying(truth: Iterable[TruthLine], lying: Iterable[Lying]) -> dict[ResultKey, tuple[Lying, ...]]:
    """By result, what lies at the practices of it: by its number, else by where it was printed."""
    lines = tuple(truth)
    results = Results(lines)
    by_place = {place: line for line in lines for place in line.places[:1]}
    found: dict[ResultKey, list[Lying]] = defaultdict(list)
    for one in lying:
        place = place_of(one.source)
        line = results.about(one.screening_number, place=place, day=one.arrived.date())
        if line is None and place is not None:
            line = by_place.get(place)
        if line is not None:
            found[line.key].append(one)
    return {key: tuple(its) for key, its in found.items()}


def office_exceptions(endings: Iterable[LastState]) -> int:
    """How many endings a person at the office had or has to work on."""
    return sum(
        ending.state is State.RETURNED
        or (
            ending.state is State.WITH_A_PERSON
            and ending.owner != PRACTICE
            and ending.reason not in UNWATCHED_REASONS
        )
        for ending in endings
    )
