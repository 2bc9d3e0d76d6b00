"""The simulated office rings before it posts: what lies at a practice is waited for, and nothing is entered twice."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from pilot.domain.delivery import State
from pilot.evidence import load_assumptions
from pilot.experiment.enquiries import Enquiries
from pilot.experiment.folder import Journal
from pilot.experiment.office import Office, OfficePlan
from pilot.experiment.office_list import OfficeList
from pilot.pipeline.entry import Owner
from pilot.pipeline.item import MAY_LIE_THERE
from pilot.pipeline.ledger import Ledger
from pilot.pipeline.reasons import Reason
from pilot.pipeline.worklist import Worklist
from tests.pipeline.stuck import NOW, ON_ITS_WAY, WHO, WHY, entry, stuck_ledger


class Rung:
    """One result of which nothing is known, an office that reaches whomever it rings, and what the practice says."""

    def __init__(self, ledger: Ledger, book: Path) -> None:
        self.ledger = ledger
        self.says = "waiting"
        self.calls: list[datetime] = []
        self.now = NOW
        self.worklist = Worklist(ledger, lambda: self.now)
        for item in self.worklist.items():
            if item.id != ON_ITS_WAY:
                self.worklist.give_back(item.id, WHO, WHY)
        office = Office(OfficePlan(), load_assumptions(), 3, Journal(book))
        nothing_to_look_up = cast(Enquiries, None)
        self.people = OfficeList(
            self.worklist, office, nothing_to_look_up, self._ring, lambda *_: False, lambda _: False
        )

    def _ring(self, practice: str, nhs_number: str, screening_number: str) -> str:
        self.calls.append(self.now)
        return self.says

    def stuck(self, reason: Reason) -> None:
        with self.ledger.transaction():
            was = entry(self.ledger, ON_ITS_WAY)
            self.ledger.move(was, State.WITH_A_PERSON, reason, self.now, owner=Owner.OFFICE)

    def live(self, days: int) -> None:
        for _ in range(days):
            self.people.work(self.now.date())
            self.now += timedelta(days=1)

    @property
    def stands(self) -> tuple[State, str]:
        now = entry(self.ledger, ON_ITS_WAY)
        return now.state, str(now.reason)


@pytest.fixture
def rung(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rung]:
    monkeypatch.setattr(Office, "finds_out", lambda *_: True)
    with stuck_ledger(tmp_path) as book:
        yield Rung(book, tmp_path / "office.jsonl")


@pytest.mark.parametrize("reason", sorted(MAY_LIE_THERE))
def test_what_lies_there_is_waited_for_and_never_posted(rung: Rung, reason: Reason) -> None:
    rung.stuck(reason)
    rung.live(30)
    assert rung.stands == (State.WITH_A_PERSON, Reason.WAITS_AT_PRACTICE)
    gaps = {(later - one).days for one, later in zip(rung.calls, rung.calls[1:], strict=False)}
    assert gaps == {7}, "once a week, for as long as it lies there"
    reasons = {step.reason for step in rung.ledger.history(ON_ITS_WAY)}
    assert not reasons & {Reason.TO_BE_POSTED, Reason.PERSON_RESENT}


def test_once_it_is_in_the_record_it_is_done(rung: Rung) -> None:
    rung.stuck(Reason.NO_ANSWER)
    rung.live(3)
    rung.says = "held"
    rung.live(10)
    assert rung.stands == (State.FILED, Reason.PERSON_FILED)


def test_what_lies_there_no_more_and_is_in_no_record_is_posted(rung: Rung) -> None:
    rung.stuck(Reason.NO_ANSWER)
    rung.live(3)
    rung.says = "not_held"
    rung.live(10)
    assert rung.stands == (State.WITH_A_PERSON, Reason.TO_BE_POSTED)


def test_a_practice_that_is_never_reached_is_given_up_after_three_calls_in_vain(
    rung: Rung, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Office, "finds_out", lambda *_: False)
    rung.stuck(Reason.NO_ANSWER)
    rung.live(10)
    assert rung.calls == []
    assert rung.stands == (State.RETURNED, Reason.PERSON_RETURNED)
