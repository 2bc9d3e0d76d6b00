"""A row of the ledger that cannot be read, or cannot be where it says: it is told, and everything else goes on."""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pilot.domain.delivery import State
from pilot.errors import LedgerError
from pilot.messages import Organisation
from pilot.nbss import Reader
from pilot.pipeline.ledger import Ledger
from pilot.pipeline.mailbox import Mailbox
from pilot.pipeline.overview import Overview, Wanted
from pilot.pipeline.pipeline import Pipeline
from pilot.pipeline.print_queue import PrintQueue
from pilot.pipeline.reconciliation import Reconciliations, ask_practices
from pilot.pipeline.worklist import Worklist
from tests.pipeline.test_settling import CODE_SET, Office


def spoil(ledger: Ledger, change: str) -> None:
    """What a bad disk, or somebody's hand, does to the file."""
    with sqlite3.connect(ledger.path) as other:
        for trigger in ("history_is_not_rewritten", "result_is_sought_as_put_right"):
            other.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        other.execute(change)
    other.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Two results, sent."""
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        made = Office(ledger)
        made.take_in(1, 2)
        made.dispatch()
        yield made


def left_out(office: Office) -> tuple[str, ...]:
    with Reader() as reader:
        mesh: Mailbox = office.mesh  # type: ignore[assignment]
        return Pipeline(office.settings, CODE_SET, office.ledger, mesh, reader, lambda: office.now).left_out


@pytest.mark.parametrize(
    "change",
    [
        "state = 'gone'",
        "state = 'ready', practice = NULL",
        "state = 'ready', ready_at = ''",
        "state = 'ready', ready_at = '2026-11-03T09:00:00'",
        "state = 'sending', message_id = NULL",
        "state = 'sent', message_id = NULL",
        "state = 'with_a_person', reason = 'to_be_posted', due = ''",
        "state = 'with_a_person', reason = 'printed', due = 'tomorrow'",
        "state = 'with_a_person', reason = 'because'",
        "owner = 'nobody'",
        "route = 'pigeon'",
        "since = 'yesterday'",
        "since = '2026-11-03T09:00:00'",
        "received_at = ''",
        "document = x'7b'",
        "document = x'ff'",
        "readable = 0",
        "versions = x'7b'",
    ],
)
def test_whatever_is_wrong_with_a_row_it_is_told_and_the_rest_goes_on(office: Office, change: str) -> None:
    spoil(office.ledger, f"UPDATE result SET {change} WHERE id = 1")
    office.answer(1, "30001", "filed")
    office.take_in(3)
    office.now += timedelta(days=30)
    office.dispatch()
    office.settle()
    assert (office.entry(2).state, office.entry(3).state) == (State.FILED, State.SENT)
    worklist = Worklist(office.ledger, lambda: office.now)
    assert 1 not in {item.id for item in worklist.items()}
    with pytest.raises(LedgerError, match=r"result 1 cannot be read.*doctor --deep"):
        worklist.show(1)
    assert PrintQueue(office.ledger, lambda: office.now).letters() == ()
    asks = ask_practices(office.ledger, office.mesh, Organisation(ods="KXX", name="K"), lambda: office.now)  # type: ignore[arg-type]
    assert asks.by_mesh == 1
    assert left_out(office) == ("result 1",)


def test_every_row_in_no_state_that_there_is_is_named_and_questions_about_many_go_on(office: Office) -> None:
    office.take_in(3)
    spoil(office.ledger, "UPDATE result SET state = 'gone' WHERE id IN (1, 2)")
    assert office.ledger.left_out() == ("result 1", "result 2")
    with Overview(office.ledger.path) as overview:
        position = overview.position(office.now, deeply=True)
        assert (position.results, position.astray) == (1, 2)
        found = overview.find(Wanted())
        assert [line.id for line in overview.lines(found)] == [3]
        assert sum(overview.tally(Wanted(), found).values()) == 1
        assert len(overview.practices(office.now, timedelta(days=6))) > 0


def test_an_answer_to_a_result_that_cannot_be_read_waits_until_it_can(office: Office) -> None:
    whole = (
        sqlite3.connect(office.ledger.path).execute("SELECT document FROM result WHERE id = 1").fetchone()[0]
    )
    spoil(office.ledger, "UPDATE result SET document = x'7b' WHERE id = 1")
    office.answer(0, "30001", "filed")
    office.answer(1, "30001", "filed")
    done = office.settle()
    assert (done.answers, done.unread, len(office.mesh.inbox_ids)) == (1, 1, 1)
    assert office.entry(2).state is State.FILED
    with sqlite3.connect(office.ledger.path) as other:
        other.execute("UPDATE result SET document = ? WHERE id = 1", (whole,))
    other.close()
    assert (office.settle().answers, office.mesh.inbox_ids) == (1, [])
    assert office.entry(1).state is State.FILED


@pytest.mark.parametrize("change", ["at = 'once'", "to_state = 'gone'", "from_state = 'gone'"])
def test_a_line_of_history_that_cannot_be_read_hides_no_other(office: Office, change: str) -> None:
    spoil(
        office.ledger,
        f"UPDATE history SET {change} WHERE id = (SELECT max(id) FROM history WHERE result_id = 1)",
    )
    assert [step.to_state for step in office.ledger.history(1)] == ["received", "ready", "sending"]
    assert office.ledger.last_move() is not None
    office.take_in(3)
    office.dispatch()
    assert office.entry(3).state is State.SENT
    (told,) = left_out(office)
    assert told.startswith("history line ")


def test_what_was_sent_and_cannot_be_unpacked_was_sent_all_the_same(office: Office) -> None:
    spoil(office.ledger, "UPDATE attempt SET body = x'00' WHERE result_id = 1")
    (sent,) = Worklist(office.ledger, lambda: office.now).show(1).sent
    assert (sent.body, len(sent.sha256)) == (None, 64)
    assert left_out(office) == ("what was sent for result 1",)


def test_a_reconciliation_that_cannot_be_read_hides_no_other(office: Office) -> None:
    for days in (0, 1):
        spoil(
            office.ledger,
            f"INSERT INTO reconciliation (id, practice, mailbox, at) VALUES ('r{days}', 'A91001', '',"
            f" '2026-11-0{3 + days}T09:00:00+00:00')",
        )
    spoil(office.ledger, "UPDATE reconciliation SET at = 'once' WHERE id = 'r0'")
    assert [asked.id for asked in Reconciliations(office.ledger).all()] == ["r1"]
    assert left_out(office) == ("reconciliation r0",)


def test_what_later_batches_are_checked_by_is_not_done_without(office: Office, tmp_path: Path) -> None:
    spoil(office.ledger, "UPDATE intake SET memory = x'7b'")
    (tmp_path / "text.pdf").write_bytes(b"a text")
    office.take_in(3)
    with Reader() as reader:
        mesh: Mailbox = office.mesh  # type: ignore[assignment]
        pipeline = Pipeline(office.settings, CODE_SET, office.ledger, mesh, reader, lambda: office.now)
        with pytest.raises(LedgerError, match="what intake 1 left to check later batches by cannot be read"):
            pipeline.take_in([tmp_path / "text.pdf"])
        assert pipeline.take_in([]).files == 0
        assert pipeline.dispatch().sent == 1  # what was taken before goes on
