"""Many results at once: found by one box, counted by where they are, by practice, and as the list of a day."""

import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilot.domain.delivery import State
from pilot.domain.result import Provenance, Rejected, RejectionReason
from pilot.errors import LedgerError
from pilot.messages import Organisation
from pilot.pipeline.entry import Owner
from pilot.pipeline.item import kinds, needs_the_office, oldest
from pilot.pipeline.ledger import Columns, EmittedFile, Ledger, NewEntry
from pilot.pipeline.overview import Overview, Wanted, day_pages
from pilot.pipeline.print_queue import PrintQueue
from pilot.pipeline.reasons import Reason, Why
from pilot.pipeline.worklist import Worklist
from tests.pipeline.ledgers import needed, take
from tests.pipeline.people import result
from tests.pipeline.stuck import (
    DISPUTED,
    NOW,
    NOWHERE,
    ON_ITS_WAY,
    RETURNED,
    UNREADABLE,
    WHO,
    WHY,
    entry,
    stuck_ledger,
)

LATER = NOW + timedelta(hours=3)
OFFICE = Organisation(ods="KXX", name="KELDERBY")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with stuck_ledger(tmp_path) as book:
        yield book


@pytest.fixture
def overview(ledger: Ledger) -> Iterator[Overview]:
    with Overview(ledger.path) as opened:
        yield opened


def moved(
    ledger: Ledger, number: int, *states: State, reason: Why = Reason.CODED, owner: Owner | None = None
) -> None:
    for state in states:
        with ledger.transaction():
            columns: Columns = {"owner": owner, "mailbox": "A91X", **needed(number, state, LATER)}
            assert ledger.move(entry(ledger, number), state, reason, LATER, **columns)


# -- finding


def test_one_box_finds_by_what_is_known_of_her(overview: Overview) -> None:
    person = result(1).participant
    year, born = person.date_of_birth.year, person.date_of_birth
    number = person.nhs_number
    for text in (
        person.surname,
        person.surname.lower()[:4],
        f"{person.surname} {year}",
        f"{born:%d-%b-%Y} {person.surname}",
        f"{person.surname} {born}",
        number,
        f"{number[:3]} {number[3:6]} {number[6:]}",
        result(1).screening_number,
        f"{result(1).practice} {result(1).screening_number}",
    ):
        assert DISPUTED in overview.find(Wanted(text)), text
    assert list(overview.find(Wanted(number))) == [DISPUTED]
    assert not overview.find(Wanted(f"{person.surname} {year + 1}"))


def test_what_is_typed_is_never_a_pattern(overview: Overview) -> None:
    assert not overview.find(Wanted("%"))
    assert not overview.find(Wanted("_"))
    assert not overview.find(Wanted("'; DROP TABLE result; --"))
    assert len(overview.find(Wanted())) == 5


def test_a_practice_is_found_by_a_part_of_its_name(overview: Overview) -> None:
    practice = result(1).practice
    assert practice is not None
    assert DISPUTED in overview.find(Wanted("feather"), {practice: "FEATHERING SURGERY"})
    assert not overview.find(Wanted("feather"))


def test_state_reason_and_practice_narrow_together(overview: Overview) -> None:
    assert list(overview.find(Wanted(state=State.RETURNED))) == [RETURNED]
    assert list(overview.find(Wanted(reason="outcome_differs"))) == [DISPUTED]
    assert list(overview.find(Wanted(practice=result(4).practice, state=State.RECEIVED))) == [ON_ITS_WAY]
    assert not overview.find(Wanted(state=State.FILED, reason="outcome_differs"))


def test_what_was_put_right_is_found_as_it_now_is(ledger: Ledger, overview: Overview) -> None:
    Worklist(ledger, lambda: LATER).fix(DISPUTED, {"surname": "ZOUCH"}, WHO, WHY)
    assert list(overview.find(Wanted("zouch"))) == [DISPUTED]
    assert DISPUTED not in overview.find(Wanted(result(1).participant.surname))


def test_a_page_of_lines_names_nobody_and_keeps_its_order(overview: Overview) -> None:
    lines = overview.lines([NOWHERE, DISPUTED])
    assert [line.id for line in lines] == [NOWHERE, DISPUTED]
    assert result(1).participant.surname not in repr(lines)
    assert result(1).participant.nhs_number not in repr(lines)


def test_any_text_can_be_asked(tmp_path: Path) -> None:
    with Ledger(tmp_path / "l.sqlite") as book:
        take(book, 1)

    with Overview(tmp_path / "l.sqlite") as opened:

        @settings(deadline=None)
        @given(st.text(max_size=40))
        def ask(text: str) -> None:
            assert set(opened.find(Wanted(text))) <= {1}

        ask()


# -- counting


def test_every_result_is_in_one_part_and_the_office_part_is_its_list(
    ledger: Ledger, overview: Overview
) -> None:
    moved(ledger, ON_ITS_WAY, State.READY, State.SENDING, State.SENT)
    Worklist(ledger, lambda: LATER).put_on_paper(DISPUTED, WHO, WHY)
    position = overview.position(LATER, deeply=True)
    assert position.results == 5
    assert (position.on_their_way, position.to_post, position.needs_office) == (1, 1, 3)
    assert position.needs_office == sum(map(needs_the_office, Worklist(ledger, lambda: LATER).items()))
    assert position.astray == 0
    assert position.today["sent"] == 1
    assert position.today["decided"] == 1
    assert position.overdue_post == 0
    assert overview.position(LATER + timedelta(days=9)).overdue_post == 1


def test_a_result_that_its_history_knows_nothing_of_is_said(ledger: Ledger, overview: Overview) -> None:
    with sqlite3.connect(ledger.path) as meddler:
        meddler.execute("UPDATE result SET state = 'filed' WHERE id = ?", (ON_ITS_WAY,))
    assert overview.position(LATER, deeply=True).astray == 1


def test_a_practice_shows_what_waits_there_and_since_when_too_long(
    ledger: Ledger, overview: Overview
) -> None:
    practice = result(4).practice
    assert practice is not None
    moved(ledger, ON_ITS_WAY, State.READY, State.SENDING, State.SENT)
    six_days = timedelta(days=6)
    (line,) = [
        one
        for one in overview.practices(LATER, six_days, {practice: "THE SURGERY", "Z99999": "ANOTHER"})
        if one.practice == practice
    ]
    assert (line.name, line.mailbox, line.waiting, line.overdue) == ("THE SURGERY", "A91X", 1, 0)
    late = {one.practice: one.overdue for one in overview.practices(LATER + timedelta(days=7), six_days)}
    assert late[practice] == 1
    assert "Z99999" in {one.practice for one in overview.practices(LATER, six_days, {"Z99999": "ANOTHER"})}


# -- the day


def test_the_list_of_the_day_says_what_went_and_what_did_not(ledger: Ledger, overview: Overview) -> None:
    moved(ledger, ON_ITS_WAY, State.READY, State.SENDING, State.SENT)
    worklist = Worklist(ledger, lambda: LATER)
    worklist.put_on_paper(DISPUTED, WHO, WHY)
    queue = PrintQueue(ledger, lambda: LATER)
    queue.printed([DISPUTED], WHO)
    queue.posted([DISPUTED], WHO)
    day = overview.day(NOW.date())
    assert (day.sent, day.posted) == (1, 1)
    assert {line.id for line in day.not_gone} == {UNREADABLE, RETURNED, NOWHERE}
    assert day.decided == {WHO: 1}
    assert [name for name, _ in day.files] == ["a.pdf"]
    assert overview.day(date(2026, 11, 4)).sent == 0


def test_why_results_need_the_office_is_counted_as_the_list_has_it(
    ledger: Ledger, overview: Overview
) -> None:
    reason = RejectionReason.IN_EXTRACT_NOT_IN_PRINT
    for name, rows, days in (("A.csv", 3, 0), ("B.csv", 2, 1)):
        lines = [Rejected(reason, "normal", Provenance(name, 0, row + 2)) for row in range(rows)]
        entries = [NewEntry(name, line, State.WITH_A_PERSON, reason) for line in lines]
        ledger.take_in([EmittedFile(name, name, "extract")], entries, b"{}", NOW + timedelta(days=days))
    later = NOW + timedelta(days=2)
    listed = kinds(filter(needs_the_office, Worklist(ledger, lambda: later).items()))
    assert [(w.reason, w.file, w.number, w.longest, w.words) for w in overview.reasons(later)] == [
        (kind.reason, kind.file, len(kind.items), oldest(kind.items), kind.words) for kind in listed
    ]
    assert len(listed) > 3


def test_rows_of_one_extract_are_one_line_of_the_days_print(ledger: Ledger, overview: Overview) -> None:
    reason = RejectionReason.IN_EXTRACT_NOT_IN_PRINT
    lines = [Rejected(reason, "normal", Provenance("STRAY.csv", 0, row)) for row in range(2, 925)]
    entries = [NewEntry("g", line, State.WITH_A_PERSON, reason) for line in lines]
    ledger.take_in([EmittedFile("g", "STRAY.csv", "extract")], entries, b"{}", NOW)
    day = overview.day(NOW.date())
    text = [line for page in day_pages(day, OFFICE) for line in page]
    (one,) = [line for line in text if "no print has" in line]
    assert one == "[ ]   923 x  the extract has a result that no print has: STRAY.csv"
    assert len(day.not_gone) == 923 + 5


def test_a_day_is_signed_and_its_pages_name_nobody(overview: Overview) -> None:
    day = overview.day(NOW.date())
    text = "\n".join(line for page in day_pages(day, OFFICE) for line in page)
    assert result(1).participant.surname not in text
    assert result(5).screening_number in text
    with pytest.raises(LedgerError, match="who signs"):
        overview.sign(day, OFFICE, " ", LATER)
    overview.sign(day, OFFICE, WHO, LATER)
    assert overview.day(NOW.date()).signed == ((LATER, WHO),)


# -- a ledger of the version before


def test_a_ledger_that_counted_by_another_index_is_brought_on(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    with Ledger(path) as book:
        take(book, 1, 2)
    with sqlite3.connect(path) as older:
        older.executescript(
            "DROP INDEX result_part; CREATE INDEX result_state ON result (state, since); PRAGMA user_version = 5"
        )
    with Overview(path) as opened:
        assert opened.position(NOW).to_send == 2
    with sqlite3.connect(path) as now:
        indexes = {row[0] for row in now.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
    assert "result_part" in indexes
    assert "result_state" not in indexes


def test_a_ledger_of_the_version_before_is_brought_on_and_can_be_searched(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    with Ledger(path) as book:
        take(book, 1, 2)
    with sqlite3.connect(path) as older:
        older.executescript(
            "DROP TRIGGER result_is_sought; DROP TRIGGER result_is_sought_as_put_right; DROP TABLE sought;"
            "DROP TABLE decision; DROP TABLE signed_day; DROP INDEX result_where; DROP INDEX history_at;"
            "PRAGMA user_version = 3"
        )
    with Overview(path) as opened:
        assert list(opened.find(Wanted(result(2).participant.nhs_number))) == [2]
    with Ledger(path) as book:
        take(book, 3, file=EmittedFile("e" * 64, "b.pdf", "sil"))
    with Overview(path) as opened:
        assert len(opened.find(Wanted())) == 3
