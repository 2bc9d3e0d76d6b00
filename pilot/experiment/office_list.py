"""The office's people at the exceptions list: the real `Worklist`, worked by hand, item after item.

They see what office staff see: the item, the print, NBSS, the demographic service, and what a practice says when it
is rung. What they decide goes through the worklist's own actions; a print that nobody could read is put right in
NBSS and printed again, and the new print is taken in like any other.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Final

from pilot.domain.delivery import State
from pilot.domain.result import DisputeReason, Rejected, RejectionReason, ScreeningResult
from pilot.experiment.enquiries import Enquiries, Facts, Named
from pilot.experiment.office import Did, Job, Office, job_of
from pilot.pipeline.entry import Owner
from pilot.pipeline.item import MAY_LIE_THERE, Action, Item
from pilot.pipeline.reasons import QUEUED, Reason, Why
from pilot.pipeline.reconciliation import Said
from pilot.pipeline.worklist import Worklist

# No message gets there, or none did: a letter does.
_PAPER: Final = frozenset(
    {
        Reason.NO_WAY_TO_PRACTICE,
        Reason.REFUSED_BY_MESH,
        Reason.REFUSED_BY_PRACTICE,
        Reason.MESH_UNREACHABLE,
        Reason.CONTRADICTS_ITSELF,
        Reason.NO_ANSWER,
        Reason.SEND_UNCERTAIN,
        Reason.NOT_COLLECTED,
        Reason.NOT_FIRST_FROM_HERE,
        Reason.REVIEW_OVERDUE,
        Reason.WAITS_AT_PRACTICE,
        Reason.NOT_HELD,  # said to be filed once: a second message would be called a duplicate
    }
)
# Findings about a file, not about one result: each of its results is found by itself.
_OF_A_FILE: Final = frozenset(
    {
        RejectionReason.COUNT_DIFFERS_FROM_COVER,
        RejectionReason.EXTRACT_ROW_UNREADABLE,
        RejectionReason.NOT_RECOGNISED,
        RejectionReason.NOT_A_PDF,
        RejectionReason.EMPTY_FILE,
        RejectionReason.DAMAGED_FILE,
        RejectionReason.TOO_LARGE,
        RejectionReason.TOOK_TOO_LONG,
    }
)
_ATTEMPTS: Final = 3
_DAYS_BETWEEN: Final = 2


class OfficeList:
    """`rings(practice, nhs_number, name)`, the name as `Ledger.spoken_of` gives it, is what the practice says:
    `held`, `waiting` or `not_held`.

    `prints_again` has a result printed anew from NBSS and taken in with the next batch; `has_printed` tells whether
    that job was printed before.
    """

    def __init__(
        self,
        worklist: Worklist,
        office: Office,
        enquiries: Enquiries,
        rings: Callable[[str, str, str], str],
        prints_again: Callable[[Job, Facts, date], bool],
        has_printed: Callable[[Job], bool],
    ) -> None:
        self._worklist = worklist
        self._office = office
        self._enquiries = enquiries
        self._rings = rings
        self._prints_again = prints_again
        self._has_printed = has_printed

    def waiting(self) -> tuple[tuple[Item, Job], ...]:
        """What the office's people may still do something about, longest waiting first."""
        if self._office.plan.list_unattended:
            return ()
        items = (
            (item, job_of(item.screening_number, item.provenance, item.reason))
            for item in self._worklist.items()
        )
        return tuple((item, job) for item, job in items if self._for_the_office(item, job))

    def _for_the_office(self, item: Item, job: Job) -> bool:
        if item.state is State.WITH_A_PERSON:
            ours = item.owner == Owner.OFFICE and item.reason not in QUEUED  # the post round has those
            return ours and Action.ASSIGN in item.actions
        tried = self._office.worked_on(job)
        if item.reason is RejectionReason.WITHDRAWN_IN_PRINT and self._on_its_way(item):
            return False
        return (
            isinstance(item.reason, RejectionReason)
            and len(tried) < _ATTEMPTS
            and not self._office.done(job)
            and not self._has_printed(job)
        )

    def work(self, day: date) -> None:
        """One day's work: until the list is done with, or nobody has time left."""
        people = self._office.day(day)
        for item, job in self.waiting():
            tried = self._office.worked_on(job)
            if tried and (day - tried[-1]) < timedelta(days=_DAYS_BETWEEN):
                continue
            if item.reason == Reason.WAITS_AT_PRACTICE and item.due is not None and day < item.due:
                continue
            finds_out = self._office.finds_out(job)
            said = self._said(item) if finds_out else None
            if said is Said.WAITING:
                did = Did.WAITS
            elif finds_out or self._office.in_vain(job) + 1 >= _ATTEMPTS:
                did = Did.SETTLED
            else:
                did = Did.NO_ANSWER
            who = people.take(job, did)
            if who is None:
                return
            if item.state is State.WITH_A_PERSON:
                self._worklist.assign(item.id, who, who, "takes it on")
            if did is Did.WAITS:
                self._worklist.wait(item.id, who, "the practice says that it lies there")
            elif did is Did.SETTLED:
                self._settle(item, job, who, day, said, found=finds_out)

    def _said(self, item: Item) -> Said | None:
        """What the practice says, rung; None where there is nothing to ring about."""
        result = self._worklist.show(item.id).document
        if item.reason not in MAY_LIE_THERE or isinstance(result, Rejected) or result.practice is None:
            return None
        return Said(
            self._rings(result.practice, result.participant.nhs_number, self._worklist.spoken_of(item.id))
        )

    def _settle(self, item: Item, job: Job, who: str, day: date, said: Said | None, *, found: bool) -> None:
        document = self._worklist.show(item.id).document
        if item.reason is RejectionReason.WITHDRAWN_IN_PRINT:
            self._take_back(item, who, found=found)
        elif item.reason in _OF_A_FILE:
            self._give_back(item, who, "every result of it is found by itself")
        elif not found:
            self._give_back(item, who, "could not be found out")
        elif isinstance(document, Rejected):
            self._print_again(item, document, job, who, day)
        elif said is Said.HELD:
            self._worklist.confirm_filed(item.id, who, "the practice says that it is in the record")
        elif item.reason in _PAPER:
            why = "the practice says that it does not have it" if said else "no message gets to this practice"
            self._on_paper(item, who, why)
        else:
            self._put_right(item, document, job, who, day)

    def _on_its_way(self, item: Item) -> bool:
        """Whether what a print takes back has not come to rest yet."""
        at_rest = (State.FILED, State.WITH_A_PERSON, State.RETURNED)
        return any(result.state not in at_rest for result in self._worklist.taken_back_by(item.id))

    def _take_back(self, item: Item, who: str, *, found: bool) -> None:
        """Withdraw the last result of hers that was sent before the print that takes it back; or send it no more."""
        results = self._worklist.taken_back_by(item.id) if found else ()
        why = "taken back in NBSS"
        for result in results[-1:]:
            if Action.WITHDRAW in result.actions:
                self._worklist.withdraw(result.id, who, why)
            elif Action.RETURN in result.actions:
                self._worklist.give_back(result.id, who, why)
        self._give_back(item, who, why if results else "nothing was found that it takes back")

    def _print_again(self, item: Item, rejected: Rejected, job: Job, who: str, day: date) -> None:
        facts = None
        if not self._office.slips(job):
            named = Named.on_print(rejected.nhs_number, rejected.lines)
            facts = self._enquiries.about(named, rejected.screening_number, day)
        if facts is not None and self._prints_again(job, facts, day):
            self._give_back(item, who, "put right in NBSS and printed again")
        else:
            self._give_back(item, who, "nothing can be sent for it")

    def _put_right(self, item: Item, result: ScreeningResult, job: Job, who: str, day: date) -> None:
        if self._office.slips(job):  # sent on as it was
            self._worklist.resend(item.id, who, "looks right")
            return
        person = result.participant
        named = Named(person.nhs_number, person.surname, person.forename, person.date_of_birth, result.date)
        facts = self._enquiries.about(named, result.screening_number, day)
        action, changes, why = put_right(item.reason, result, facts)
        match action:
            case Action.RETURN:
                self._give_back(item, who, why)
            case Action.FIX:
                self._worklist.fix(item.id, changes, who, why)
            case Action.PAPER:
                self._on_paper(item, who, why)
            case _:
                self._worklist.resend(item.id, who, why)

    def _on_paper(self, item: Item, who: str, why: str) -> None:
        if Action.PAPER in item.actions:
            self._worklist.put_on_paper(item.id, who, why)
        else:
            self._give_back(item, who, why)

    def _give_back(self, item: Item, who: str, why: str) -> None:
        if Action.RETURN in item.actions:
            self._worklist.give_back(item.id, who, why)


def put_right(
    reason: Why, result: ScreeningResult, facts: Facts | None
) -> tuple[Action, Mapping[str, str], str]:
    """What somebody does with a result who has looked it up: the action, the fields to put right, and why."""
    if facts is None or facts.practice is None:
        why = "with no practice of the area" if facts else "nobody knows who she is"
        return Action.RETURN, {}, why
    changes = differs(result, facts)
    if reason == DisputeReason.AMENDED and "outcome" in changes:
        return Action.RETURN, {}, "the earlier print is right"
    if changes:
        return Action.FIX, changes, "as NBSS and the demographic service have it"
    if reason in (Reason.PATIENT_UNKNOWN, Reason.PATIENT_LEFT, Reason.SENT_BACK):
        return Action.PAPER, {}, "registered there, says the demographic service"
    return Action.RESEND, {}, "as NBSS has it"


def differs(result: ScreeningResult, facts: Facts) -> dict[str, str]:
    """What NBSS and the demographic service have otherwise than the print."""
    person, found = result.participant, facts.person
    pairs = {
        "nhs_number": (person.nhs_number, found.nhs_number),
        "date_of_birth": (person.date_of_birth.isoformat(), found.date_of_birth.isoformat()),
        "practice": (result.practice, facts.practice),
        "outcome": (str(result.outcome), str(facts.outcome) if facts.outcome else None),
        "date": (
            result.date.isoformat() if result.date else None,
            facts.day.isoformat() if facts.day else None,
        ),
    }
    return {name: new for name, (old, new) in pairs.items() if new is not None and new != old}
