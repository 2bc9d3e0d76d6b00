"""Ledger, dispatch and settling as one state machine under kills, lost replies, outages and late answers.

Whatever happens in whatever order: no illegal move, nothing lost, nothing in a record twice, and once the
weather is fair again every result comes to an end.
"""

import itertools
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pilot.coding import load_code_set
from pilot.domain.delivery import LEGAL, State
from pilot.domain.outcome import Outcome
from pilot.domain.result import ScreeningResult
from pilot.errors import MeshUnreachable
from pilot.messages import Organisation
from pilot.pipeline.dispatch import dispatch
from pilot.pipeline.ledger import EmittedFile, Ledger, NewEntry
from pilot.pipeline.reasons import Reason
from pilot.pipeline.settings import MeshSettings, Settings
from pilot.pipeline.settle import settle
from pilot.pipeline.worklist import Worklist
from tests.pipeline.mesh_in_memory import Killed, MeshInMemory, Weather, acknowledgement, screening_number
from tests.pipeline.people import result

CODE_SET = load_code_set("interim-2026-11")
SETTINGS = Settings(
    office=Organisation(ods="KXX", name="KELDERBY"),
    mesh=MeshSettings("http://127.0.0.1:1", "KXXOT001", "password", "key"),
    code_set=CODE_SET.id,
)
OUTCOMES = st.sampled_from([Outcome.NORMAL, Outcome.DID_NOT_ATTEND, Outcome.RECALL_FOR_ASSESSMENT])
ANSWERS = st.sampled_from(
    [
        ("20013", ""),
        ("20007", ""),
        ("20009", ""),
        ("20010", ""),
        ("30001", "filed"),
        ("30001", "awaiting-review"),
        ("30002", "not-filed"),
        ("30003", "not-filed"),
        ("30004", "awaiting-review"),
    ]
)


class PipelineMachine(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "ledger.sqlite"
        self.mesh = MeshInMemory(without_mailbox=frozenset({"A91009"}))
        self.now = datetime(2026, 11, 3, 9, tzinfo=UTC)
        self.ledger = Ledger(self.path)
        self.made = 0
        self.filed: Counter[str] = Counter()

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            self.come_to_an_end()
            self.ledger.close()
            self.folder.cleanup()

    @rule(
        outcomes=st.lists(OUTCOMES, min_size=1, max_size=3),
        practice=st.sampled_from(["A91001", "A91009", None]),
    )
    def a_batch_comes(self, outcomes: list[Outcome], practice: str | None) -> None:
        entries = [
            NewEntry("f" * 64, result(self.made + n, outcome, practice)) for n, outcome in enumerate(outcomes)
        ]
        self.ledger.take_in([EmittedFile(f"{self.made:064}", "SIL.pdf", "sil")], entries, b"{}", self.now)
        self.made += len(outcomes)

    @rule(hours=st.sampled_from([1, 30, 80]), weather=st.sampled_from(Weather))
    def the_office_dispatches(self, hours: int, weather: Weather) -> None:
        self.now += timedelta(hours=hours)
        self.mesh.weather = weather
        self.dispatch()

    @rule(hours=st.sampled_from([1, 30, 150]), weather=st.sampled_from(Weather))
    def the_office_settles(self, hours: int, weather: Weather) -> None:
        self.now += timedelta(hours=hours)
        self.mesh.weather = weather
        self.settle()

    def dispatch(self) -> None:
        try:
            dispatch(self.ledger, self.mesh, SETTINGS, CODE_SET, lambda: self.now)  # type: ignore[arg-type]
        except Killed:
            self.start_again()

    def settle(self) -> None:
        try:
            settle(self.ledger, self.mesh, SETTINGS.deadlines, lambda: self.now)  # type: ignore[arg-type]
        except Killed:
            self.start_again()
        except MeshUnreachable:
            assert self.mesh.weather is Weather.DOWN

    @precondition(lambda self: self.mesh.taken)
    @rule(data=st.data(), answer=ANSWERS)
    def a_practice_answers(self, data: st.DataObject, answer: tuple[str, str]) -> None:
        message = data.draw(st.sampled_from(self.mesh.taken))
        if answer == ("30001", "filed"):
            self.file_once(screening_number(message.body))
        self.mesh.put(acknowledgement(message.local_id, *answer))

    @precondition(lambda self: self.mesh.taken)
    @rule(data=st.data(), code=st.sampled_from(["14", "EPL-151"]))
    def mesh_reports(self, data: st.DataObject, code: str) -> None:
        self.mesh.put(kind="REPORT", linked=data.draw(st.sampled_from(self.mesh.taken)).mesh_id, code=code)

    @rule(body=st.binary(max_size=40))
    def rubbish_arrives(self, body: bytes) -> None:
        self.mesh.put(body)

    @rule(data=st.data(), action=st.sampled_from(["resend", "put_on_paper", "give_back", "confirm_filed"]))
    def a_person_decides(self, data: st.DataObject, action: str) -> None:
        worklist = Worklist(self.ledger, lambda: self.now)
        words = {"resend": "resend", "put_on_paper": "paper", "give_back": "return", "confirm_filed": "filed"}
        open_items = [item for item in worklist.items(returned=False) if words[action] in item.actions]
        if open_items:
            item = data.draw(st.sampled_from(open_items))
            getattr(worklist, action)(item.id, "A. Person", "it was looked into")

    def file_once(self, number: str) -> None:
        """Practices know a result by its screening number: a second message of it files nothing."""
        self.filed[number] = 1

    def start_again(self) -> None:
        """After a kill: the file as it is, a new process."""
        self.ledger.close()
        self.mesh.weather = Weather.FAIR
        self.ledger = Ledger(self.path)

    def come_to_an_end(self) -> None:
        self.mesh.weather = Weather.FAIR
        for _ in range(4):
            self.now += timedelta(days=7)
            self.dispatch()
            self.settle()
        results = [entry for entry in self.ledger.entries() if isinstance(entry.document, ScreeningResult)]
        assert len(results) == self.made
        assert all(entry.state.settled for entry in self.ledger.entries())
        assert not self.mesh.inbox_ids

    @invariant()
    def every_history_is_legal(self) -> None:
        if not hasattr(self, "ledger"):
            return
        for entry in self.ledger.entries():
            steps = self.ledger.history(entry.id)
            assert steps[0].from_state is None
            for before, after in itertools.pairwise(steps):
                assert after.from_state == before.to_state
                noted = after.reason == Reason.ANSWER_NOTED and after.to_state == before.to_state
                assert noted or State(after.to_state) in LEGAL[State(before.to_state)]
            assert steps[-1].to_state == entry.state

    @invariant()
    def nothing_is_said_to_be_filed_that_no_practice_filed(self) -> None:
        if not hasattr(self, "ledger"):
            return
        for entry in self.ledger.entries():
            if entry.state is State.FILED and entry.reason != Reason.PERSON_FILED:
                assert self.filed[str(entry.screening_number)]

    @invariant()
    def no_message_is_sent_twice_under_one_id_while_mesh_has_it(self) -> None:
        if not hasattr(self, "mesh"):
            return
        assert all(count == 1 for count in Counter(message.local_id for message in self.mesh.taken).values())


PipelineMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestPipelineMachine = PipelineMachine.TestCase
