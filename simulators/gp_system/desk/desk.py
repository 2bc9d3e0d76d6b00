"""The people of one practice and role at their pile, and what comes of a task when somebody has done it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from math import sqrt
from operator import itemgetter
from statistics import NormalDist
from typing import Final

import msgspec

from simulators.gp_system.desk.pile import (
    BACKGROUND,
    Item,
    NextShift,
    Pile,
    Shifts,
    day_of,
    day_start,
    is_open,
    minute_in_day,
    moment_of,
)
from simulators.gp_system.desk.settings import (
    DeskSettings,
    Draws,
    PileOrder,
    Role,
    draws_for,
    result_name,
    uniform,
)
from simulators.gp_system.desk.tasks import Finished, Tasks
from simulators.gp_system.desk.typist import Handling, Letter, LetterEnd, handle, read_letter
from simulators.gp_system.faults import Fault, active, delay, distort
from simulators.gp_system.practice import Patient, Practice
from simulators.gp_system.receiving.filing_decision import (
    TaskKind,
    a_person_would_agree,
    registered,
    same_name,
)
from simulators.gp_system.receiving.messages import Messages
from simulators.gp_system.receiving.payload import Acknowledgement, Disposition, Received
from simulators.gp_system.receiving.reception import payload_of
from simulators.gp_system.record.record import Entry, Record, entry_from
from simulators.gp_system.store import Row, Store
from simulators.gp_system.supplier import Supplier

_BY_ARRIVAL: Final = itemgetter(0, 2)  # of what arrives together, background mail above the results first
_MOMENT: Final = 0.01  # minutes: what lies under the results in the day's post arrives just after them

# pile order -> class of results, class of background mail, how many classes
_ORDERS: Final = {
    PileOrder.FIRST_IN_FIRST_OUT: (0, 0, 1),
    PileOrder.RESULTS_FIRST: (0, 1, 2),
    PileOrder.RESULTS_LAST: (1, 0, 2),
}


class _Standing(msgspec.Struct, frozen=True):
    """As kept in the store. `next_day`: the first whose background mail is still to come."""

    people: tuple[tuple[float, float], ...]
    background: tuple[tuple[float, float], ...]
    next_day: date


class Desk:
    """Work of one role at one practice. Only coders have background mail; clinicians' shifts are set free of it."""

    def __init__(
        self, practice: str, role: Role, settings: DeskSettings, tasks: Tasks, opened: float
    ) -> None:
        """`opened`: the minute at which the run began, used where this desk has never worked before."""
        self._practice, self._role, self._settings, self._tasks = practice, role, settings, tasks
        self._results_class, self._background_class, classes = _ORDERS[settings.pile_order]
        places = [place for place, person in enumerate(settings.staff) if person.role is role]
        shifts: list[NextShift] = [Shifts(settings, practice, place).after for place in places]
        kept = tasks.standing(practice, role)
        standing = msgspec.json.decode(kept, type=_Standing) if kept else self._opening(opened, shifts)
        self._pile = Pile(shifts, standing.people, classes)
        background = [(arrived, minutes, BACKGROUND) for arrived, minutes in standing.background]
        self._lay_down(tasks.on_pile(practice, role), background)
        self._next_day = standing.next_day

    def work(self, until: float) -> list[Finished]:
        """Work up to a minute, inside the caller's transaction; what was finished, in that order."""
        results = self._tasks.take_up(self._practice, self._role, until)
        self._lay_down(results, self._mail_until(until))
        self._tasks.begun(self._pile.work(until))
        standing = _Standing(self._pile.people(), self._pile.background(), self._next_day)
        self._tasks.keep_standing(self._practice, self._role, msgspec.json.encode(standing))
        return self._tasks.finished(self._practice, self._role, until)

    def _lay_down(self, results: list[Item], background: list[Item]) -> None:
        """Put work on the pile, in order of arrival within each class."""
        if self._results_class == self._background_class:
            self._pile.add(self._results_class, sorted(results + background, key=_BY_ARRIVAL))
        else:
            self._pile.add(self._results_class, results)
            self._pile.add(self._background_class, background)

    def _opening(self, opened: float, shifts: list[NextShift]) -> _Standing:
        starts = [shift(opened) for shift in shifts]
        people = tuple((max(start, opened), end) for start, end in starts)
        backlog = self._settings.backlog_minutes if self._role is Role.CODER else 0.0
        return _Standing(people, ((opened, backlog),) if backlog else (), day_of(opened))

    def _mail_until(self, until: float) -> list[Item]:
        """The background mail of the days whose post has been opened by `until`."""
        items: list[Item] = []
        opened_at = minute_in_day(self._settings.post_opened_at)
        while day_start(self._next_day) + opened_at <= until:
            if self._role is Role.CODER and is_open(self._settings, self._next_day):
                items += background_mail(self._settings, self._practice, self._next_day)
            self._next_day += timedelta(days=1)
        return items


def background_mail(settings: DeskSettings, practice: str, day: date) -> list[Item]:
    """One working day's other mail, as minutes that lie above and below the results in the pile.

    A compound Poisson draw (items a day, minutes an item) by its normal approximation, cut at 0.
    """
    mean = settings.background_mail_per_day * settings.background_minutes.mean
    spread = settings.background_minutes.variance + settings.background_minutes.mean**2
    if not mean:
        return []
    sigma = sqrt(settings.background_mail_per_day * spread)
    quantile = uniform(settings.seed, practice, f"background|{day}") or 0.5
    minutes = max(0.0, NormalDist(mean, sigma).inv_cdf(quantile))
    above = minutes * uniform(settings.seed, practice, f"place in the post|{day}")
    arrived = day_start(day) + minute_in_day(settings.post_opened_at)
    return [(arrived, above, BACKGROUND), (arrived + _MOMENT, minutes - above, BACKGROUND)]


class TaskEffects:
    """Carries out finished tasks, inside the caller's transaction."""

    def __init__(
        self, store: Store, practices: Mapping[str, Practice], suppliers: Mapping[str, Supplier]
    ) -> None:
        self._practices, self._suppliers = practices, suppliers
        self._record = Record(store)
        self._messages = Messages(store)
        self._tasks = Tasks(store)

    def carry_out(self, task: Finished, faults: Sequence[Fault]) -> None:
        """Do what was finished, with the slips drawn for it, and note how it ended."""
        match task.kind:
            case TaskKind.LETTER | TaskKind.DOCUMENT:
                ending = self._type_up(task)
            case TaskKind.REVIEW:
                ending = self._review(task, faults)
            case TaskKind.UNMATCHED:
                ending = self._compare(task, faults)
            case TaskKind.RULES:
                ending = "rules on"
        self._tasks.end(task.id, ending)

    def _type_up(self, task: Finished) -> str:
        practice = self._practices[task.practice]
        letter = read_letter(task.subject["lines"])
        draws = draws_for(practice.desk.seed, practice.ods, letter.name(task.source))
        printed_on = date.fromisoformat(task.subject["printed_on"])
        handling = handle(letter, practice.desk, draws, printed_on)
        if isinstance(handling, LetterEnd):
            return handling
        patient = self._look_up(practice, letter, moment_of(task.minute).date())
        if patient is None:
            return LetterEnd.NOBODY_HERE
        if handling.wrong_person:
            patient = self._mistaken(practice, patient, draws)
        if letter.withdrawn:
            self._record.take_out(practice.ods, patient.nhs_number, letter.screening_number or "")
            return LetterEnd.TAKEN_OUT
        for _ in range(handling.times):
            self._record.enter(_typed(task, letter, handling, patient))
        scan = "\n".join(task.subject["lines"]).encode()
        moment = moment_of(task.minute)
        self._record.keep_document(practice.ods, patient.nhs_number, task.source, moment, "text/plain", scan)
        return LetterEnd.ENTERED

    def _look_up(self, practice: Practice, letter: Letter, today: date) -> Patient | None:
        """By number, checked against the name or the date of birth; else by name and date of birth."""
        patient = None
        if letter.nhs_number:
            patient = self._record.patient(practice.ods, letter.nhs_number)
            if patient is not None and not (
                same_name(letter.surname or "", patient.surname)
                or letter.date_of_birth == patient.date_of_birth
            ):
                patient = None
        if patient is None and letter.surname and letter.forename and letter.date_of_birth:
            patient = self._record.by_name(
                practice.ods, letter.surname, letter.forename, letter.date_of_birth
            )
        return patient if patient is not None and registered(patient, today) else None

    def _mistaken(self, practice: Practice, patient: Patient, draws: Draws) -> Patient:
        others = self._record.mistakable_for(practice.ods, patient)
        return others[int(draws.which_person * len(others))] if others else patient

    def _review(self, task: Finished, faults: Sequence[Fault]) -> str:
        row, received = self._messages.waiting(task.subject["mesh_id"])
        if row["state"] == "replaced":
            return "replaced"
        if self._slips(task.practice, received):
            return self._close(task, row, faults)
        return self._file(task, row, received, faults)

    def _slips(self, practice: str, received: Received) -> bool:
        desk = self._practices[practice].desk
        draws = draws_for(desk.seed, practice, result_name(received.screening_number, received.outcome))
        return draws.review_slip < desk.review_slip_rate

    def _close(self, task: Finished, row: Row, faults: Sequence[Fault]) -> str:
        """A slip: closed as if it were filed, and nothing entered. The sender is told that it is filed."""
        why = f"filed by a {task.role}"
        self._messages.settle(row["mesh_id"], "archived", row["business"], why)
        answer = Acknowledgement(row["message_id"], row["practice"], row["business"], why, Disposition.FILED)
        self._answer(task, row, answer, faults)
        return "closed without an entry"

    def _compare(self, task: Finished, faults: Sequence[Fault]) -> str:
        """An unmatched message: a coder files it where the two are plainly one person, else leaves it."""
        row, received = self._messages.waiting(task.subject["mesh_id"])
        if row["state"] != "awaiting_review":
            return "nobody here"
        patient = self._record.patient(task.practice, received.nhs_number)
        today = moment_of(task.minute).date()
        agree = patient is not None and a_person_would_agree(received, patient, today)
        if self._slips(task.practice, received):
            agree = patient is not None and not agree
        if agree:
            return self._file(task, row, received, faults)
        why = "a person compared them and found somebody else"
        self._messages.settle(row["mesh_id"], "not_filed", 30002, why)
        self._answer(
            task,
            row,
            Acknowledgement(row["message_id"], row["practice"], 30002, why, Disposition.NOT_FILED),
            faults,
        )
        return "not filed"

    def _file(self, task: Finished, row: Row, received: Received, faults: Sequence[Fault]) -> str:
        moment = moment_of(task.minute)
        by, source = f"person:{task.role}", f"mesh:{received.message_id}"
        if not received.withdrawn and not self._record.make_final(row["practice"], source, by, moment):
            self._record.enter(self._entry(task.practice, received, by, moment))
        self._record.file_document(row["practice"], received.nhs_number, source)
        self._record.replace(row["practice"], received.replaces, filed=True)
        why = f"filed by a {task.role}"
        self._messages.settle(row["mesh_id"], "filed", row["business"], why)
        answer = Acknowledgement(row["message_id"], row["practice"], row["business"], why, Disposition.FILED)
        self._answer(task, row, answer, faults)
        return "filed"

    def _entry(self, practice: str, received: Received, by: str, moment: datetime) -> Entry:
        kept = self._suppliers[self._practices[practice].supplier].record
        return entry_from(received, practice, received.nhs_number, by, moment, kept)

    def _answer(self, task: Finished, row: Row, answer: Acknowledgement, faults: Sequence[Fault]) -> None:
        seed = self._practices[row["practice"]].desk.seed
        moment = moment_of(task.minute)
        payload = payload_of(row["workflow"])
        if answer.disposition is Disposition.FILED and not payload.says_filed:
            return
        struck = active(faults, row["practice"], row["message_id"], seed, moment)
        self._messages.answer(payload, row["sender"], distort([answer], struck), moment, delay(struck))


def _typed(task: Finished, letter: Letter, handling: Handling, patient: Patient) -> Entry:
    return Entry(
        practice=task.practice,
        nhs_number=patient.nhs_number,
        screening_number=letter.screening_number or "",
        code=handling.habit.code,
        term=handling.habit.term,
        text=handling.habit.term if handling.habit.code is None else "",
        effective=handling.effective,
        issued=moment_of(task.minute),
        source=task.source,
        entered_by=f"person:{task.role}",
        visible_at=moment_of(task.minute),
    )
