"""Every ITK3 code through the real pipeline and a real MESH: once, doubled, late, out of order, from another
mailbox, and contradicting what was said before. Nothing is swallowed, and nothing is filed that was not said to be.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pilot.coding import load_code_set
from pilot.domain.delivery import State
from pilot.domain.result import Rejected, RejectionReason
from pilot.messages import PAYLOADS, Organisation
from pilot.pipeline.dispatch import dispatch
from pilot.pipeline.ledger import EmittedFile, Ledger, NewEntry
from pilot.pipeline.mailbox import Mailbox
from pilot.pipeline.reasons import Reason
from pilot.pipeline.settings import Settings
from pilot.pipeline.settle import settle
from tests.messages.dialects import CODES, DIALECTS
from tests.pipeline.mesh_in_memory import acknowledgement
from tests.pipeline.mesh_process import OTHER, PRACTICE, MeshProcess, mesh_process
from tests.pipeline.people import result

CODE_SET = load_code_set("interim-2026-11")
BEGAN = datetime(2026, 11, 3, 9, tzinfo=UTC)
WRITERS = tuple(DIALECTS.values())


@pytest.fixture(scope="module")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MeshProcess]:
    folder = tmp_path_factory.mktemp("mesh")
    with mesh_process(folder, "--db", str(folder / "mesh.sqlite")) as running:
        yield running


class Office:
    """Twenty-eight results sent, one for each code; practices answer as a test says."""

    def __init__(self, ledger: Ledger, mailbox: Mailbox, mesh: MeshProcess, source: str) -> None:
        self.ledger, self.mailbox, self.mesh, self.now = ledger, mailbox, mesh, BEGAN
        self.settings = Settings(Organisation(ods="KXX", name="KELDERBY"), mesh.settings, CODE_SET.id)
        entries = [NewEntry(source, result(number)) for number in range(len(CODES))]
        ledger.take_in([EmittedFile(source, "x", "sil")], entries, b"{}", self.now)
        dispatch(ledger, mailbox, self.settings, CODE_SET, lambda: self.now)
        self.ids = {
            code: entry.message_id or ""
            for code, entry in zip(CODES, ledger.in_states(State.SENT), strict=True)
        }

    def answer(self, *, sender: str = PRACTICE, filed: bool = False, only: str = "") -> None:
        """The practice answers each message with its code (or `only` one code), in one dialect after another."""
        with self.mesh.of(sender) as practice:
            for number, (code, message_id) in enumerate(self.ids.items()):
                write = WRITERS[number % len(WRITERS)]
                body = (
                    acknowledgement(message_id, "30001", "filed")
                    if filed
                    else write(message_id, only or code)
                )
                practice.send(
                    "KXXOT001", PAYLOADS["coded"].answers, body, f"{message_id}-{self.now}", "application/xml"
                )

    def settle(self) -> None:
        settle(self.ledger, self.mailbox, self.settings.deadlines, lambda: self.now)

    def reasons(self) -> dict[str, str]:
        results = [entry for entry in self.ledger.entries() if not isinstance(entry.document, Rejected)]
        return {code: entry.reason for code, entry in zip(CODES, results, strict=True)}

    def lines(self) -> list[str]:
        return [entry.reason for entry in self.ledger.entries() if isinstance(entry.document, Rejected)]


@pytest.fixture
def office(mesh: MeshProcess, tmp_path: Path) -> Iterator[Office]:
    with Mailbox(mesh.settings) as mailbox, Ledger(tmp_path / "ledger.sqlite") as ledger:
        for mesh_id in mailbox.inbox():
            mailbox.acknowledge(mesh_id)
        yield Office(ledger, mailbox, mesh, hashlib.sha256(tmp_path.name.encode()).hexdigest())


def expected(**others: Reason) -> dict[str, str]:
    """What each code leads to; `others` by `c` and the code."""
    once = dict.fromkeys(CODES, Reason.REFUSED_BY_PRACTICE) | {
        "20007": Reason.NOT_FIRST_FROM_HERE,
        "20008": Reason.NOT_FIRST_FROM_HERE,
        "20010": Reason.NOT_TAKING_MESSAGES,
        "20013": Reason.RECEIVED_BY_PRACTICE,
        "30001": Reason.KNOWN_AT_PRACTICE,
        "30002": Reason.PATIENT_UNKNOWN,
        "30003": Reason.PATIENT_LEFT,
        "30004": Reason.PATIENT_DECEASED,
    }
    return {**once, **{code.removeprefix("c"): reason for code, reason in others.items()}}


def test_once(office: Office) -> None:
    office.answer()
    office.settle()
    assert office.reasons() == expected()
    assert office.lines() == []
    for entry in office.ledger.entries():
        assert office.ledger.history(entry.id)[-1].why.endswith("said by a test")  # the practice's own words


def test_doubled(office: Office) -> None:
    office.answer()
    office.answer()
    office.settle()
    assert office.reasons() == expected()
    assert {office.ledger.history(entry.id)[-1].reason for entry in office.ledger.entries()} == {
        Reason.ANSWER_NOTED
    }


def test_late(office: Office) -> None:
    """After the office was told that no answer came: what is said now says whose it is."""
    office.now += timedelta(days=7)
    office.settle()
    assert set(office.reasons().values()) == {Reason.NO_ANSWER}
    office.answer()
    office.settle()
    still = dict.fromkeys(("c20007", "c20008", "c20013"), Reason.NO_ANSWER)
    assert office.reasons() == expected(c20010=Reason.REFUSED_BY_PRACTICE, **still)


def test_out_of_order(office: Office) -> None:
    """Its own answer first, and only then that the message has arrived."""
    office.answer()
    office.answer(only="20013")
    office.settle()
    assert office.reasons() == expected(c20010=Reason.ANSWERS_CONTRADICT)


def test_from_another_mailbox(office: Office) -> None:
    office.answer(sender=OTHER)
    office.answer(sender=OTHER, filed=True)
    office.settle()
    assert set(office.reasons().values()) == {Reason.ACCEPTED_BY_MESH}
    assert office.lines() == [RejectionReason.ANSWER_FROM_ANOTHER_MAILBOX] * (2 * len(CODES))


def test_contradictory(office: Office) -> None:
    office.answer(filed=True)
    office.answer()
    office.settle()
    agree = {"20007", "20008", "20013", "30001"}
    assert office.reasons() == {
        code: Reason.FILED_AT_PRACTICE if code in agree else Reason.ANSWERS_CONTRADICT for code in CODES
    }


def test_filed_after_a_no(office: Office) -> None:
    office.answer()
    office.answer(filed=True)
    office.settle()
    filed = {"20007", "20008", "20013", "30001", "30004"}
    assert office.reasons() == {
        code: Reason.FILED_AT_PRACTICE if code in filed else Reason.ANSWERS_CONTRADICT for code in CODES
    }
