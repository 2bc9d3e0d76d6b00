"""Whatever comes, in whatever order, however often, and whenever the process ends: in the record once."""

import shutil
import tempfile
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from simulators.gp_system import Options
from simulators.gp_system.practice import read_practices
from simulators.gp_system.receiving.messages import Envelope
from simulators.gp_system.receiving.reception import Reception
from simulators.gp_system.receiving.result_message import RESULT
from simulators.gp_system.serve import open_system
from simulators.gp_system.supplier import load_suppliers
from tests.simulators.gp_system.gp_office import Answer, answer_in, body, result
from tests.simulators.gp_system.gp_world import ODS, OUTCOMES, patient, practice, write_lines

SUPPLIERS = load_suppliers()
CODES = {"normal": "171175005", "did_not_attend": "281399006", "recall_for_assessment": "171176006"}


class ReceivingPractice(RuleBasedStateMachine):
    """A practice with five patients and one who left; messages of every outcome, new, repeated or redelivered."""

    @initialize(supplier=st.sampled_from(sorted(SUPPLIERS)))
    def open(self, supplier: str) -> None:
        self.folder = Path(tempfile.mkdtemp())
        people = [*(patient(place) for place in range(5)), patient(5, registered_to="2026-10-01")]
        line = practice(supplier=supplier, patients=people, mailbox_id=None, mailbox_password=None)
        self.file = write_lines(self.folder / "practices.jsonl", [line])
        self.practice = next(read_practices(self.file, SUPPLIERS))
        self.now = datetime(2026, 11, 2, 9, tzinfo=UTC)
        self.sent: list[tuple[str, bytes]] = []
        self.contents: dict[str, tuple[int, str]] = {}  # screening number and outcome -> patient, outcome
        self.messages: dict[str, str] = {}  # message id -> screening number and outcome
        self._start()

    def _start(self) -> None:
        self.stack = ExitStack()
        self.system = open_system(Options(self.folder / "gp.sqlite", practices=self.file), self.stack)
        self.reception = Reception(self.system.store, SUPPLIERS)
        self.system.set_clock(self.now)

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            self.people_work(20 * 24)
            found = {self.messages[row["source"].removeprefix("mesh:")] for row in self._final()}
            self.stack.close()
            shutil.rmtree(self.folder)
            assert found == {content for content, (place, _) in self.contents.items() if place != 5}

    @rule(place=st.integers(0, 5), outcome=st.sampled_from(OUTCOMES), number=st.integers(0, 2))
    def a_result_comes(self, place: int, outcome: str, number: int) -> None:
        screening_number = f"KXX{place:03}{number:03}"
        message = result(place, outcome, code=CODES.get(outcome), screening_number=screening_number)
        message_id = message["identifier"]["value"]
        self.messages[message_id] = f"{screening_number}|{outcome}"
        self.contents[f"{screening_number}|{outcome}"] = (place, outcome)
        self.sent.append((f"mesh-{len(self.sent)}", body(message)))
        self._take(*self.sent[-1])

    @rule(which=st.integers(0, 100), redelivered=st.booleans())
    def one_comes_again(self, which: int, redelivered: bool) -> None:
        """The office sends it again, or MESH hands the very same message over again after a kill."""
        if self.sent:
            mesh_id, payload = self.sent[which % len(self.sent)]
            if not redelivered:
                mesh_id = f"mesh-{len(self.sent)}"
                self.sent.append((mesh_id, payload))
            self._take(mesh_id, payload)

    def _take(self, mesh_id: str, payload: bytes) -> None:
        envelope = Envelope(mesh_id, ODS, RESULT.workflow, "KXXOT001", "a-local-id")
        self.reception.take(envelope, payload, self.practice, self.system.faults, self.now)

    @rule(hours=st.integers(1, 60))
    def people_work(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.system.set_clock(self.now)
        self.system.work()

    @rule()
    def the_process_ends_and_starts(self) -> None:
        self.stack.close()
        self._start()

    @invariant()
    def nothing_is_in_the_record_twice_or_without_whom_it_needs(self) -> None:
        if not hasattr(self, "system"):
            return
        entries = self.system.store.rows("SELECT * FROM entries WHERE status = 'final'")
        entered = Counter((entry["screening_number"], entry["source"]) for entry in entries)
        assert set(entered.values()) <= {1}
        by_content = Counter(self.messages[entry["source"].removeprefix("mesh:")] for entry in entries)
        assert set(by_content.values()) <= {1}
        for entry in entries:
            place, outcome = self.contents[self.messages[entry["source"].removeprefix("mesh:")]]
            assert entry["nhs_number"] == patient(place)["nhs_number"]
            assert place != 5, "she has left"
            if outcome == "recall_for_assessment":
                assert entry["entered_by"] == "person:clinician"
            elif entry["code"] is None:
                assert entry["entered_by"] == "person:coder"

    @invariant()
    def every_message_has_its_answer(self) -> None:
        if not hasattr(self, "system"):
            return
        answers = [
            answer_in(row["body"]) for row in self.system.store.rows("SELECT body FROM acknowledgements")
        ]
        by_message: dict[str, list[Answer]] = {message: [] for message in self.messages}
        for answer in answers:
            by_message[answer.answers].append(answer)
        filed = {row["source"].removeprefix("mesh:") for row in self._final()}
        for message, said in by_message.items():
            assert any(answer.disposition for answer in said), "what became of it"
            if message in filed:
                assert any(answer.disposition == "filed" for answer in said)

    def _final(self) -> list[Any]:
        return self.system.store.rows("SELECT source FROM entries WHERE status = 'final'")


TestReceivingPractice = ReceivingPractice.TestCase
TestReceivingPractice.settings = settings(
    max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_the_machine_can_see_a_result_filed_twice() -> None:
    """The invariant bites: an entry put in by hand a second time is found."""
    machine = ReceivingPractice()
    machine.open("emis")
    machine.a_result_comes(0, "normal", 0)
    columns = "practice, nhs_number, screening_number, code, term, text, issued, source, entered_by, status"
    machine.system.store.write(f"INSERT INTO entries ({columns}) SELECT {columns} FROM entries")
    with pytest.raises(AssertionError):
        machine.nothing_is_in_the_record_twice_or_without_whom_it_needs()
    machine.teardown()
