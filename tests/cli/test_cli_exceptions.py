"""The worklist from the command line: every action, in words and in JSON, and each refusal in one line."""

import re
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pilot.domain.delivery import State
from pilot.domain.result import DisputeReason, Provenance, Rejected, RejectionReason, Version
from pilot.pipeline.correspondence import Attempt
from pilot.pipeline.entry import Owner
from pilot.pipeline.ledger import EmittedFile, Ledger, NewEntry
from pilot.pipeline.print_queue import PrintQueue
from pilot.pipeline.reasons import Reason
from tests.cli.conftest import Pilot
from tests.cli.office import Said
from tests.pipeline.people import NUMBERS, result

WHO = ("--who", "A. Person", "--why", "looked into it")


@pytest.fixture(autouse=True)
def ledger(tmp_path: Path) -> None:
    """Three that nobody answered for, one disputed, one returned."""
    versions = (Version("SIL page 1", "normal"), Version("EPISODES row 7", "did not attend"))
    stuck = [NewEntry("f", result(number), State.WITH_A_PERSON, Reason.NO_ANSWER) for number in (1, 2, 3)]
    disputed = NewEntry("f", result(4), State.WITH_A_PERSON, DisputeReason.OUTCOME_DIFFERS, versions)
    returned = NewEntry("f", result(5), State.RETURNED, RejectionReason.NHS_NUMBER_INVALID)
    with Ledger(tmp_path / "ledger.sqlite") as book:
        now = datetime.now(UTC)
        book.take_in([EmittedFile("f", "x.pdf", "sil")], [*stuck, disputed, returned], b"{}", now)


@pytest.fixture
def exceptions(pilot: Pilot) -> Pilot:
    def run(*arguments: str, cwd: Path | None = None, **environment: str) -> Said:
        return pilot("exceptions", *arguments, cwd=cwd, **environment)

    return run


def shown(exceptions: Pilot, number: int) -> dict[str, Any]:
    detail: dict[str, Any] = exceptions("show", str(number), "--json").json
    return detail


def test_the_list_says_reason_age_page_and_actions(exceptions: Pilot) -> None:
    items = exceptions("list", "--json").json
    assert [item["id"] for item in items] == [1, 2, 3, 4, 5]
    first = items[0]
    assert (first["reason"], first["owner"], first["state"]) == ("no_answer", "office", "with_a_person")
    assert first["provenance"] == "SIL-KXX-20261103-123.pdf page 1 record 2"
    assert first["actions"] == ["fix", "resend", "paper", "return", "filed", "wait", "assign"]
    assert first["age"] >= 0
    assert items[4]["actions"] == ["return"]


def test_the_list_in_words_says_the_same_and_names_nobody(exceptions: Pilot) -> None:
    said = exceptions("list")
    assert len(said.out.splitlines()) == 5
    assert "no answer came from the practice in time" in said.out
    assert "SIL-KXX-20261103-123.pdf page 1 record 2" in said.out
    assert "TESTER" not in said.out
    assert not any(number in said.out for number in NUMBERS)


def test_what_one_file_is_the_cause_of_is_one_line_and_one_decision(exceptions: Pilot) -> None:
    """Two extracts that are not ours: the rows of each are one line, and each is decided by itself."""
    reason = RejectionReason.IN_EXTRACT_NOT_IN_PRINT
    with Ledger(Path("ledger.sqlite")) as book:
        for name, rows in (("MON DAY.csv", 3), ("TUESDAY.csv", 2)):
            lines = [Rejected(reason, "normal", Provenance(name, 0, row + 2)) for row in range(rows)]
            entries = [NewEntry(name, line, State.WITH_A_PERSON, reason) for line in lines]
            book.take_in([EmittedFile(name, name, "extract")], entries, b"{}", datetime.now(UTC))
    listed = exceptions("list").out
    assert len(listed.splitlines()) == 5 + 2
    assert re.search(r"^ +3 x .* no print has: MON DAY.csv .*--file 'MON DAY.csv'", listed, re.MULTILINE)
    assert len(exceptions("list", "--each").out.splitlines()) == len(exceptions("list", "--json").json) == 10
    counted = [kind for kind in exceptions("list", "--kinds", "--json").json if kind["reason"] == reason]
    assert [(kind["file"], len(kind["results"])) for kind in counted] == [
        ("MON DAY.csv", 3),
        ("TUESDAY.csv", 2),
    ]
    said = exceptions("return", "--kind", reason, "--file", "MON DAY.csv", *WHO)
    assert said.out == "3 results: returned, a person sent it back to the office\n"
    assert "MON DAY" not in exceptions("list").out
    assert "TUESDAY.csv" in exceptions("list").out
    assert "'MON DAY.csv'" in exceptions("return", "--kind", reason, "--file", "MON DAY.csv", *WHO).line
    assert "it is not clear which" in exceptions("return", "1", "--file", "MON DAY.csv", *WHO).line


def test_a_list_can_be_one_owners(exceptions: Pilot) -> None:
    exceptions("paper", "1", *WHO)
    with Ledger(Path("ledger.sqlite")) as book:
        queue = PrintQueue(book, lambda: datetime.now(UTC))
        queue.printed([1], "A. Person")
        queue.posted([1], "A. Person")
    assert [item["id"] for item in exceptions("list", "--owner", "practice", "--json").json] == [1]
    assert len(exceptions("list", "--owner", "office", "--json").json) == 4


def test_show_says_what_was_sent_and_with_sent_shows_it_word_for_word(
    exceptions: Pilot, tmp_path: Path
) -> None:
    with Ledger(tmp_path / "ledger.sqlite") as book, book.transaction():
        for name, number, media_type, body in (
            ("ours-1", 1, "application/fhir+json", b'{"resourceType": "Bundle"}'),
            ("ours-2", 2, "application/pdf", None),
        ):
            way = {"route": "coded", "mailbox": "A91001OT001", "version": "v", "workflow": "W"}
            kept = {"media_type": media_type, "sent_at": "2026-11-03T09:00:00+00:00", "sha256": "5ha"}
            book.correspondence.note_attempt(Attempt(name, number, 1, **way, **kept, body=body))
    plain = exceptions("show", "1").out
    assert "sent 2026-11-03 09:00 as coded to A91001OT001 (ours-1), sha256 5ha" in plain
    assert "resourceType" not in plain
    assert '{"resourceType": "Bundle"}' in exceptions("show", "1", "--sent").out
    (sent,) = exceptions("show", "1", "--sent", "--json").json["sent"]
    assert (sent["kept"], sent["text"], sent["message_id"]) == (True, '{"resourceType": "Bundle"}', "ours-1")
    assert "the bytes are no longer kept" in exceptions("show", "2", "--sent").out


def test_show_has_the_print_both_versions_and_every_move(exceptions: Pilot) -> None:
    detail = shown(exceptions, 4)
    assert detail["lines"] == list(result(4).lines)
    assert [version["says"] for version in detail["versions"]] == ["normal", "did not attend"]
    assert [step["to_state"] for step in detail["history"]] == ["received", "with_a_person"]
    plain = exceptions("show", "4").out
    assert "EPISODES row 7 says: did not attend" in plain
    assert "TESTER" in plain


def test_what_was_printed_cannot_drive_the_terminal(pilot: Pilot, exceptions: Pilot) -> None:
    hostile = replace(result(6), lines=("\x1b[2J\x1b]0;owned\x07", "A\u202eB"))
    with Ledger(Path("ledger.sqlite")) as book:
        entry = NewEntry("e", hostile, State.WITH_A_PERSON, Reason.NO_ANSWER)
        book.take_in([EmittedFile("e", "y.pdf", "sil")], [entry], b"{}", datetime.now(UTC))
    shown = exceptions("show", "6").out
    assert "owned" in shown
    assert all(character.isprintable() or character == "\n" for character in shown)


@pytest.mark.parametrize(
    ("action", "options", "state", "reason", "owner"),
    [
        ("fix", ("--set", "practice=A91002"), "received", "person_resent", ""),
        ("resend", (), "received", "person_resent", ""),
        ("paper", (), "with_a_person", "to_be_posted", Owner.OFFICE),
        ("return", (), "returned", "person_returned", ""),
        ("filed", (), "filed", "person_filed", ""),
        ("wait", (), "with_a_person", "waits_at_practice", Owner.OFFICE),
        ("assign", ("--to", "B. Person"), "with_a_person", "no_answer", Owner.OFFICE),
    ],
)
@pytest.mark.parametrize("as_json", [True, False])
def test_each_action_says_where_the_result_is_now(
    exceptions: Pilot,
    action: str,
    options: tuple[str, ...],
    state: str,
    reason: str,
    owner: str,
    as_json: bool,
) -> None:
    said = exceptions(action, "1", *WHO, *options, *(["--json"] if as_json else []))
    assert said.code == 0, said.err
    if as_json:
        assert (said.json["state"], said.json["reason"], said.json["owner"]) == (state, reason, owner)
    else:
        assert said.out.startswith(f"1: {state.replace('_', ' ')}, ")
    last = shown(exceptions, 1)["history"][-1]
    assert (last["to_state"], last["who"]) == (state, "A. Person")
    assert last["why"].startswith("looked into it")


def test_who_it_is_given_to_stands_in_the_list(exceptions: Pilot) -> None:
    exceptions("assign", "2", "--to", "B. Person", *WHO)
    assert "(B. Person)" in exceptions("list").out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("show", "999"), "there is no result 999"),
        (("show", "99999999999999999999999"), "there is no result"),
        (("resend", "5", *WHO), "result 5 is returned"),
        (("fix", "1", "--set", "practice", *WHO), "not field=value"),
        (("fix", "1", "--set", "colour=red", *WHO), "not a field that can be changed"),
        (("fix", "1", "--set", "nhs_number=12", *WHO), "ten digits"),
        (("paper", "1", "--who", "A", "--why", ""), "both needed"),
        (("list", "--owner", "nobody"), "'nobody' has no list"),
        (("list", "--ledger", "nowhere.sqlite"), "there is no ledger"),
    ],
)
def test_what_cannot_be_is_one_line_and_changes_nothing(
    exceptions: Pilot, arguments: tuple[str, ...], says: str
) -> None:
    before = shown(exceptions, 1)["history"]
    assert says in exceptions(*arguments).line
    assert shown(exceptions, 1)["history"] == before


def test_a_number_can_be_kept_off_the_command_line(
    exceptions: Pilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others can see a command line; what is asked for they cannot."""
    monkeypatch.setattr("typer.prompt", lambda *_, **__: NUMBERS[6])
    assert exceptions("fix", "1", "--set", "nhs_number=-", *WHO).code == 0
    with Ledger(Path("ledger.sqlite")) as book:
        entry = book.entry(1)
    assert entry is not None
    assert entry.nhs_number == NUMBERS[6]


def test_where_nobody_can_be_asked_nothing_is_changed(exceptions: Pilot) -> None:
    assert exceptions("fix", "1", "--set", "nhs_number=-", *WHO).code != 0
    assert shown(exceptions, 1)["state"] == "with_a_person"


class TestFiled:
    """A result that is in the record is corrected or withdrawn from the command line."""

    @pytest.fixture(autouse=True)
    def filed(self, exceptions: Pilot) -> None:
        exceptions("filed", "1", *WHO)

    def test_it_says_what_may_be_done(self, exceptions: Pilot) -> None:
        assert shown(exceptions, 1)["actions"] == ["correct", "withdraw"]

    def test_a_correction_is_sent_from_the_start(self, exceptions: Pilot) -> None:
        said = exceptions("correct", "1", "--set", "date=2026-10-20", *WHO)
        assert said.out == "1: received, a person had it sent again\n"

    def test_a_withdrawal_is_sent_from_the_start(self, exceptions: Pilot) -> None:
        said = exceptions("withdraw", "1", *WHO)
        assert said.out == "1: received, a person has withdrawn it, and the practice is to be told\n"

    def test_another_practice_is_refused_in_a_line(self, exceptions: Pilot) -> None:
        said = exceptions("correct", "1", "--set", "practice=A91009", *WHO)
        assert said.code == 2
        assert "is in a record at practice" in said.err


def test_one_decision_on_several_or_on_all_of_a_kind_and_taken_back(exceptions: Pilot) -> None:
    (kind, *_) = exceptions("list", "--kinds", "--json").json
    assert (kind["reason"], kind["results"]) == ("no_answer", [1, 2, 3])
    exceptions("resend", "--kind", "no_answer", *WHO)
    assert {shown(exceptions, number)["state"] for number in (1, 2, 3)} == {"received"}
    exceptions("undo", "1", "2", "3", "--who", "A. Person")
    assert {shown(exceptions, number)["state"] for number in (1, 2, 3)} == {"with_a_person"}
    assert "nothing can be taken back" in exceptions("undo", "1").line
    assert "it is not clear which" in exceptions("resend", "1", "--kind", "no_answer", *WHO).line


def test_who_decides_is_known_from_the_login(exceptions: Pilot) -> None:
    said = exceptions("return", "5", "--why", "printed again", LOGNAME="jo")
    assert said.code == 0
    assert shown(exceptions, 5)["history"][-1]["who"] == "jo"


def test_a_result_is_found_by_one_box_and_not_named(pilot: Pilot) -> None:
    said = pilot(
        "find", result(2).participant.surname, str(result(2).participant.date_of_birth), "--json"
    ).json
    assert [row["id"] for row in said["results"]] == [2]
    words = pilot("find", NUMBERS[2]).out
    assert "1 found" in words
    assert result(2).participant.surname not in words


def test_practices_and_the_day_have_their_commands(pilot: Pilot, exceptions: Pilot) -> None:
    assert [row["practice"] for row in pilot("practices", "--json").json]
    exceptions("return", "5", *WHO)
    day = pilot("day", "--sign", "--who", "A. Person", "--print", "day.pdf", "--json").json
    assert day["decided"] == {"A. Person": 1}
    assert [signed["who"] for signed in day["signed"]] == ["A. Person"]
    assert Path("day.pdf").read_bytes().startswith(b"%PDF")
    assert result(1).participant.surname not in pilot("day").out


def test_h_is_help(pilot: Pilot) -> None:
    assert pilot("find", "-h").code == 0


@pytest.mark.parametrize("command", [("status",), ("status", "--list"), ("exceptions", "list")])
@pytest.mark.parametrize("as_json", [True, False])
def test_rows_that_cannot_be_read_are_told_one_by_one_and_the_rest_is_listed(
    pilot: Pilot, tmp_path: Path, command: tuple[str, ...], as_json: bool
) -> None:
    with sqlite3.connect(tmp_path / "ledger.sqlite") as hand:
        hand.execute("UPDATE result SET state = 'gone' WHERE id IN (1, 2)")
        hand.execute("UPDATE result SET since = 'once' WHERE id = 3")
    hand.close()
    said = pilot(*command, *(["--json"] if as_json else []))
    assert said.code == 2
    told = said.err.splitlines()
    assert [line.partition(" cannot")[0] for line in told[:3]] == ["result 1", "result 2", "result 3"]
    assert "3 rows of the ledger cannot be read" in told[3]
    assert "doctor --deep" in told[3]
    assert len(told) == 4
    if as_json and command[-1] != "status":
        assert [row["id"] for row in said.json] == ([4, 5])
    elif as_json:
        assert said.json["returned"] == 1
    else:
        assert "returned" in said.out or "NHS number" in said.out
