"""A ledger that can be trusted: whole or nothing, nothing twice, nothing rewritten, and its failures told plainly."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pilot.domain.delivery import LEGAL, State
from pilot.domain.result import DisputeReason, Provenance, Rejected, RejectionReason, Version
from pilot.errors import LedgerError
from pilot.pipeline.correspondence import Attempt
from pilot.pipeline.entry import LedgerEntry, Owner
from pilot.pipeline.ledger import IllegalMove, Ledger, NewEntry
from pilot.pipeline.reasons import Reason
from tests.pipeline.ledgers import FILE, NOW, needed, take
from tests.pipeline.people import result


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with Ledger(path) as book:
        yield book


# -- whole or nothing


def test_what_is_taken_in_is_read_back_as_it_was(ledger: Ledger) -> None:
    rejected = Rejected(
        RejectionReason.NHS_NUMBER_INVALID, "fails its check digit", Provenance("a.pdf", 1, 2), lines=("x",)
    )
    versions = (Version("a.pdf page 1", "normal"), Version("the extract", "did not attend"))
    ledger.take_in(
        [FILE],
        [
            NewEntry(FILE.sha256, result(1)),
            NewEntry(FILE.sha256, rejected, State.RETURNED, rejected.reason),
            NewEntry(FILE.sha256, result(2), State.WITH_A_PERSON, DisputeReason.OUTCOME_DIFFERS, versions),
        ],
        b'{"kept": 1}',
        NOW,
    )
    fit, unfit, disputed = ledger.entries()
    assert fit.result == result(1)
    assert (fit.state, fit.reason, fit.owner) == (State.RECEIVED, Reason.AS_EMITTED, None)
    assert unfit.document == rejected
    assert (unfit.state, unfit.owner) == (State.RETURNED, Owner.OFFICE)
    assert disputed.versions == versions
    assert [step.to_state for step in ledger.history(disputed.id)] == ["received", "with_a_person"]
    assert ledger.has_file(FILE.sha256)
    assert ledger.memories_since(0) == ((1, b'{"kept": 1}'),)


def test_an_intake_that_breaks_in_the_middle_leaves_nothing(ledger: Ledger) -> None:
    def entries() -> Iterator[NewEntry]:
        yield NewEntry(FILE.sha256, result(1))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ledger.take_in([FILE], entries(), b"{}", NOW)  # type: ignore[arg-type]
    assert not ledger.has_file(FILE.sha256)
    assert ledger.memories_since(0) == ()
    assert list(ledger.entries()) == []
    take(ledger, 1)  # and the ledger goes on


def test_the_same_file_is_not_written_twice(ledger: Ledger) -> None:
    take(ledger, 1, 2)
    with pytest.raises(LedgerError, match="another pilot is taking in the same files"):
        take(ledger, 1, 2)
    assert sum(ledger.counts().values()) == 2


def test_a_move_and_its_history_are_one(ledger: Ledger) -> None:
    take(ledger, 1)
    (entry,) = ledger.entries()

    def broken_off() -> None:
        with ledger.transaction():
            ledger.move(entry, State.READY, Reason.CODED, NOW)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    (entry,) = ledger.entries()
    assert (entry.state, len(ledger.history(entry.id))) == (State.RECEIVED, 1)


def test_a_kill_between_two_moves_keeps_the_first(path: Path) -> None:
    """A process that is gone without closing anything: what was committed is there, what was not is not."""
    script = f"""
import os
from datetime import UTC, datetime
from pathlib import Path
from pilot.domain.delivery import State
from pilot.pipeline.ledger import Ledger
from pilot.pipeline.reasons import Reason
from tests.pipeline.ledgers import NOW, take
ledger = Ledger(Path({str(path)!r}))
take(ledger, 1, 2)
one, two = ledger.entries()
with ledger.transaction():
    ledger.move(one, State.READY, Reason.CODED, NOW, ready_at=NOW)
ledger._db.execute("BEGIN IMMEDIATE")
ledger.move(two, State.READY, Reason.CODED, NOW, ready_at=NOW)
os.kill(os.getpid(), 9)
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -9
    with Ledger(path) as ledger:
        assert [entry.state for entry in ledger.entries()] == [State.READY, State.RECEIVED]
        assert [len(ledger.history(entry.id)) for entry in ledger.entries()] == [2, 1]


# -- moves


def ways() -> dict[State, tuple[State, ...]]:
    """The shortest legal way from RECEIVED to each state."""
    found: dict[State, tuple[State, ...]] = {State.RECEIVED: ()}
    frontier = [State.RECEIVED]
    for state in frontier:
        for after in sorted(LEGAL[state] - found.keys()):
            found[after] = (*found[state], after)
            frontier.append(after)
    return found


def test_only_legal_moves_are_written(ledger: Ledger) -> None:
    """Every pair of states, each on a result of its own."""
    pairs = [(before, after) for before in State for after in State]
    take(ledger, *range(len(pairs)))
    for entry, (before, after) in zip(tuple(ledger.entries()), pairs, strict=True):
        with ledger.transaction():
            for step in ways()[before]:
                assert ledger.move(now(ledger, entry.id), step, Reason.CODED, NOW, **needed(entry.id, step))
            there = now(ledger, entry.id)
            assert there.state is before
            if after in LEGAL[before]:
                assert ledger.move(there, after, Reason.CODED, NOW, **needed(entry.id, after))
            else:
                with pytest.raises(IllegalMove):
                    ledger.move(there, after, Reason.CODED, NOW)
        ended = now(ledger, entry.id)
        assert ended.state is (after if after in LEGAL[before] else before)
        assert ledger.history(entry.id)[-1].to_state == ended.state


def now(ledger: Ledger, number: int) -> LedgerEntry:
    found = ledger.entry(number)
    assert found is not None
    return found


def test_a_move_from_where_it_no_longer_is_changes_nothing(ledger: Ledger) -> None:
    take(ledger, 1)
    (stale,) = ledger.entries()
    with ledger.transaction():
        assert ledger.move(stale, State.READY, Reason.CODED, NOW, ready_at=NOW)
        assert not ledger.move(stale, State.RETURNED, Reason.PERSON_RETURNED, NOW)
    assert [entry.state for entry in ledger.entries()] == [State.READY]
    assert len(ledger.history(stale.id)) == 2


def test_a_move_sets_only_what_it_may(ledger: Ledger) -> None:
    take(ledger, 1)
    (entry,) = ledger.entries()
    with pytest.raises(IllegalMove), ledger.transaction():
        ledger.move(entry, State.READY, Reason.CODED, NOW, received_at="yesterday")  # type: ignore[call-arg]


def test_whose_list_it_was_on_ends_with_the_next_move(ledger: Ledger) -> None:
    take(ledger, 1)
    (entry,) = ledger.entries()
    with ledger.transaction():
        ledger.move(entry, State.WITH_A_PERSON, Reason.NO_WAY_TO_PRACTICE, NOW, owner=Owner.OFFICE)
    (entry,) = ledger.entries()
    with ledger.transaction():
        ledger.move(entry, State.FILED, Reason.PERSON_FILED, NOW + timedelta(days=1), who="A. Person")
    (entry,) = ledger.entries()
    assert (entry.owner, entry.since) == (None, NOW + timedelta(days=1))


@pytest.mark.parametrize("sql", ["DELETE FROM history", "UPDATE history SET why = 'another story'"])
def test_history_cannot_be_rewritten_even_from_outside(ledger: Ledger, path: Path, sql: str) -> None:
    take(ledger, 1)
    other = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        other.execute(sql)
    other.close()


def _sent(result_id: int, message_id: str, attempt: int) -> Attempt:
    where = {"route": "coded", "mailbox": "A91001OT001", "version": "v", "workflow": "W", "media_type": "M"}
    return Attempt(message_id, result_id, attempt, **where, sent_at=NOW.isoformat(), sha256="s", body=b"sent")


def test_an_answer_is_understood_by_either_id_and_every_attempt(ledger: Ledger) -> None:
    take(ledger, 1)
    (entry,) = ledger.entries()
    with ledger.transaction():
        ledger.correspondence.note_attempt(_sent(entry.id, "ours-1", 1))
        ledger.correspondence.note_mesh_id("ours-1", "MESH1")
        ledger.correspondence.note_attempt(_sent(entry.id, "ours-2", 2))
    for identifier, attempt in (("ours-1", 1), ("MESH1", 1), ("ours-2", 2)):
        found = ledger.correspondence.attempt_of(identifier)
        assert found is not None
        assert (found.result_id, found.attempt) == (entry.id, attempt)
    assert ledger.correspondence.attempt_of("somebody else's") is None


def test_what_was_sent_is_kept_whole_until_its_time_is_over(ledger: Ledger) -> None:
    take(ledger, 1)
    with ledger.transaction():
        ledger.correspondence.note_attempt(_sent(1, "ours-1", 1))
        assert ledger.correspondence.forget_bodies(NOW) == 0
    assert [sent.body for sent in ledger.correspondence.sent(1)] == [b"sent"]
    with ledger.transaction():
        assert ledger.correspondence.forget_bodies(NOW + timedelta(seconds=1)) == 1
    (kept,) = ledger.correspondence.sent(1)
    assert (kept.body, kept.sha256, kept.mailbox, kept.sent_at) == (None, "s", "A91001OT001", NOW.isoformat())
