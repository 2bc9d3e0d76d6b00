"""A ledger that was lost, put back, copied or begun twice: nothing is sent twice, and nobody is taken for another."""

import shutil
import sqlite3
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pilot.coding import load_code_set
from pilot.domain.delivery import State
from pilot.domain.outcome import Outcome
from pilot.errors import LedgerError
from pilot.messages import Organisation
from pilot.pipeline.dispatch import dispatch
from pilot.pipeline.entry import Owner
from pilot.pipeline.ledger import EmittedFile, Ledger, NewEntry
from pilot.pipeline.reasons import Reason
from pilot.pipeline.settings import MeshSettings, Settings
from pilot.pipeline.settle import settle
from pilot.pipeline.worklist import Worklist
from tests.pipeline.mesh_in_memory import MeshInMemory, Weather, acknowledgement, screening_number
from tests.pipeline.people import result

CODE_SET = load_code_set("interim-2026-11")
NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)
SETTINGS = Settings(
    Organisation(ods="KXX", name="KELDERBY"),
    MeshSettings("http://127.0.0.1:1", "KXXOT001", "p", "k"),
    CODE_SET.id,
)


def take(ledger: Ledger, *numbers: int, printed: date = date(2026, 11, 3)) -> None:
    """One file with these people's results; who it is does not change with who else is fit."""
    entries = [
        NewEntry("f" * 64, replace(result(number, _outcome(number)), printed_on=printed))
        for number in numbers
    ]
    ledger.take_in([EmittedFile("f" * 64, "SIL.pdf", "sil")], entries, b"{}", NOW)


def _outcome(number: int) -> Outcome:
    return Outcome.RECALL_FOR_ASSESSMENT if number % 2 else Outcome.NORMAL


def send(ledger: Ledger, mesh: MeshInMemory, at: datetime = NOW) -> None:
    dispatch(ledger, mesh, SETTINGS, CODE_SET, lambda: at)  # type: ignore[arg-type]


def answers_come(ledger: Ledger, mesh: MeshInMemory) -> None:
    settle(ledger, mesh, SETTINGS.deadlines, lambda: NOW)  # type: ignore[arg-type]


def ids(mesh: MeshInMemory) -> dict[str, str]:
    return {screening_number(message.body): message.local_id for message in mesh.taken}


def test_a_result_has_one_id_whatever_was_fit_beside_it(tmp_path: Path) -> None:
    first, second = MeshInMemory(), MeshInMemory()
    with Ledger(tmp_path / "a.sqlite") as ledger:
        take(ledger, 1, 3)
        send(ledger, first)
    with Ledger(tmp_path / "b.sqlite") as ledger:
        take(ledger, 0, 1, 2, 3)
        send(ledger, second)
    assert len(set(ids(second).values())) == 4
    assert ids(first).items() <= ids(second).items()


def test_a_ledger_filled_again_sends_nothing_that_mesh_has(tmp_path: Path) -> None:
    """The documented refill of a lost ledger, with one more record fit than before."""
    mesh = MeshInMemory()
    with Ledger(tmp_path / "lost.sqlite") as ledger:
        take(ledger, 1, 2)
        send(ledger, mesh)
    with Ledger(tmp_path / "again.sqlite") as ledger:
        take(ledger, 0, 1, 2)
        send(ledger, mesh)
        reasons = {entry.screening_number: entry.reason for entry in ledger.entries()}
    assert Counter(screening_number(message.body) for message in mesh.taken) == {
        "KXX000000": 1,
        "KXX000001": 1,
        "KXX000002": 1,
    }
    assert reasons == {
        "KXX000000": Reason.ACCEPTED_BY_MESH,
        "KXX000001": Reason.FOUND_AT_MESH,
        "KXX000002": Reason.FOUND_AT_MESH,
    }


def test_an_old_answer_settles_her_whom_it_was_about_and_nobody_else(tmp_path: Path) -> None:
    mesh = MeshInMemory()
    with Ledger(tmp_path / "lost.sqlite") as ledger:
        take(ledger, 2)
        send(ledger, mesh)
    mesh.put(acknowledgement(mesh.taken[0].local_id, "30001", "filed"))
    with Ledger(tmp_path / "again.sqlite") as ledger:
        take(ledger, 1, 2)
        send(ledger, mesh)
        answers_come(ledger, mesh)
        states = {entry.screening_number: entry.state for entry in ledger.entries()}
    assert states == {"KXX000001": State.SENT, "KXX000002": State.FILED}


def test_we_have_it_already_settles_nothing_that_was_first_sent_from_elsewhere(tmp_path: Path) -> None:
    mesh = MeshInMemory()
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        take(ledger, 1)
        send(ledger, mesh)
        mesh.put(acknowledgement(mesh.taken[0].local_id, "20007"))
        answers_come(ledger, mesh)
        (entry,) = ledger.entries()
    assert (entry.state, entry.reason) == (State.WITH_A_PERSON, Reason.NOT_FIRST_FROM_HERE)


def test_we_have_it_already_is_believed_of_what_was_sent_twice_from_here(tmp_path: Path) -> None:
    mesh = MeshInMemory(weather=Weather.REQUEST_LOST)
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        take(ledger, 1)
        send(ledger, mesh)
        mesh.weather = Weather.FAIR
        send(ledger, mesh, NOW + timedelta(hours=1))
        mesh.put(acknowledgement(mesh.taken[0].local_id, "20007"))
        answers_come(ledger, mesh)
        (entry,) = ledger.entries()
    assert (entry.state, entry.reason) == (State.DELIVERED, Reason.RECEIVED_BY_PRACTICE)


def test_what_a_person_put_right_goes_under_another_id(tmp_path: Path) -> None:
    """Under the old one, a practice that has the old one would take the correction for a repeat."""
    sent = []
    for day in ("2026-11-01", "2026-10-30"):
        mesh = MeshInMemory()
        with Ledger(tmp_path / f"{day}.sqlite") as ledger:
            take(ledger, 1)
            (entry,) = ledger.entries()
            with ledger.transaction():
                ledger.move(entry, State.WITH_A_PERSON, Reason.NO_ANSWER, NOW, owner=Owner.OFFICE)
            Worklist(ledger, lambda: NOW).fix(entry.id, {"date": day}, "A. Person", "as the notes say")
            send(ledger, mesh)
        sent += list(ids(mesh).values())
    assert len(set(sent)) == 2


def test_after_a_power_cut_nothing_that_went_goes_again(tmp_path: Path) -> None:
    """All that the log held is gone: the file is as the intake left it."""
    path, mesh = tmp_path / "ledger.sqlite", MeshInMemory()
    with Ledger(path) as ledger:
        take(ledger, *range(20), printed=NOW.date() + timedelta(days=9))
        ledger.fold_in()
        before = path.read_bytes()
        send(ledger, mesh)
        assert len(mesh.taken) == 20
    for left in tmp_path.iterdir():
        left.unlink()
    path.write_bytes(before)
    with Ledger(path) as ledger:
        assert ledger.counts() == {State.RECEIVED: 20}
        send(ledger, mesh)
        assert ledger.counts() == {State.SENT: 20}
    assert len(mesh.taken) == 20


def test_before_anything_leaves_its_id_is_on_the_disk(tmp_path: Path) -> None:
    """The last thing committed before a send is committed with synchronous FULL (2)."""

    class Watching(MeshInMemory):
        def send(self, *message: object) -> object:  # type: ignore[override]
            synchronous.append(ledger._db.execute("PRAGMA synchronous").fetchone()[0])
            return super().send(*message)  # type: ignore[arg-type]

    synchronous: list[int] = []
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        take(ledger, 1, 2, 3)
        send(ledger, Watching())
    assert synchronous == [2, 2, 2]


def test_what_was_new_to_a_ledger_from_the_start_is_not_asked_about(tmp_path: Path) -> None:
    """A day's own batch costs MESH no request more."""

    class Counting(MeshInMemory):
        asked = 0

        def find_sent(self, local_id: str) -> str | None:
            self.asked += 1
            return super().find_sent(local_id)

    mesh = Counting()
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        take(ledger, *range(5), printed=NOW.date() + timedelta(days=1))
        send(ledger, mesh)
    assert (len(mesh.taken), mesh.asked) == (5, 0)


def test_an_empty_ledger_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.touch()
    with pytest.raises(LedgerError, match="the ledger is empty"):
        Ledger(path)
    assert path.stat().st_size == 0


def test_a_ledger_serves_one_office_one_mailbox_and_one_folder(tmp_path: Path) -> None:
    whose = {"office": "KXX", "mailbox": "KXXOT001", "folder": "/srv/kelderby"}
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.belongs_to(**whose)
    for name, other in (("office", "KYY"), ("mailbox", "KXXOT002"), ("folder", "/srv/copy")):
        with Ledger(tmp_path / "ledger.sqlite") as ledger:
            with pytest.raises(LedgerError, match=f"belongs to the {name} {whose[name]}, not to {other}"):
                ledger.belongs_to(**{**whose, name: other})
            ledger.belongs_to(**whose)
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.moved_to("/srv/copy")
        ledger.belongs_to(**{**whose, "folder": "/srv/copy"})


def test_a_history_that_was_changed_behind_the_triggers_shows_it(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with Ledger(path) as ledger:
        take(ledger, 1, 2, 3)
        send(ledger, MeshInMemory())
        assert ledger.broken_seals() == ()
    for number, sql in enumerate(
        ("UPDATE history SET who = 'nobody' WHERE id = 4", "DELETE FROM history WHERE id = 4")
    ):
        copy = tmp_path / f"copy-{number}.sqlite"
        shutil.copy(path, copy)
        with sqlite3.connect(copy) as other:
            other.execute("DROP TRIGGER history_is_kept")
            other.execute("DROP TRIGGER history_is_not_rewritten")
            other.execute(sql)
        other.close()
        with Ledger(copy) as ledger:
            assert len(ledger.broken_seals()) == 1
