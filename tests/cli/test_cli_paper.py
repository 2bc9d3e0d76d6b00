"""`pilot paper`: listed, printed, ticked as posted."""

import stat
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pilot.domain.delivery import State
from pilot.pipeline.ledger import EmittedFile, Ledger, NewEntry
from pilot.pipeline.print_queue import put_on_paper
from pilot.pipeline.reasons import Reason
from pilot.pipeline.settings import Deadlines
from tests.cli.conftest import Pilot
from tests.pipeline.people import result

WHO = ("--who", "A. Person")
CONFIG = """
[office]
ods = "KXX"
name = "KELDERBY"
[mesh]
url = "http://127.0.0.1:1"
mailbox = "KXXOT001"
[coding]
code_set = "interim-2026-11"
"""


@pytest.fixture
def paper(pilot: Pilot, tmp_path: Path) -> Pilot:
    """Two results queued ten days ago, for two practices; called as `paper("list")`."""
    queued = datetime.now(UTC) - timedelta(days=10)
    (tmp_path / "pilot.toml").write_text(CONFIG, "utf-8")
    with Ledger(tmp_path / "ledger.sqlite") as book:
        new = [
            NewEntry("f", result(1), State.WITH_A_PERSON, Reason.NO_ANSWER),
            NewEntry("f", result(2, practice="A91002"), State.WITH_A_PERSON, Reason.NO_ANSWER),
        ]
        book.take_in([EmittedFile("f" * 64, "a.pdf", "sil")], new, b"{}", queued)
        with book.transaction():
            for entry in book.in_states(State.WITH_A_PERSON):
                put_on_paper(book, entry, Deadlines(), queued)
    secrets: Any = {"PILOT_MESH_PASSWORD": "p", "PILOT_MESH_SHARED_KEY": "k"}
    return lambda *arguments, **given: pilot("paper", *arguments, **secrets, **given)


def test_the_offices_own_deadline_for_the_post_holds_on_the_command_line(
    pilot: Pilot, paper: Pilot, tmp_path: Path
) -> None:
    (tmp_path / "pilot.toml").write_text(CONFIG + "[deadlines]\nposted_days = 30\n", "utf-8")
    paper("print", "--out", "post.pdf", *WHO)
    paper("posted", "--all", *WHO)
    paper("came-back", "1", *WHO)
    assert pilot("exceptions", "paper", "1", "--why", "its envelope burst", *WHO).code == 0
    (item,) = [row for row in pilot("exceptions", "list", "--json").json if row["id"] == 1]
    assert (date.fromisoformat(item["due"]) - datetime.now(UTC).date()).days > 30


def test_from_the_list_to_the_post(paper: Pilot, pilot: Pilot, tmp_path: Path) -> None:
    listed = paper("list", "--json").json
    assert [(row["id"], row["practice"], row["printed"], row["overdue"]) for row in listed] == [
        (1, "A91001", False, True),
        (2, "A91002", False, True),
    ]
    assert "OVERDUE" in paper("list").out
    printed = paper("print", "--out", "post.pdf", *WHO, "--json").json
    assert [envelope["results"] for envelope in printed["envelopes"]] == [[1], [2]]
    file = tmp_path / "post.pdf"
    assert file.read_bytes().startswith(b"%PDF")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600  # it names participants
    assert paper("print", "--out", "more.pdf", *WHO).out == "nothing to print\n"
    assert not (tmp_path / "more.pdf").exists()
    assert paper("posted", "--practice", "A91002", *WHO, "--json").json == {"posted": [2]}
    assert [row["id"] for row in paper("list", "--json").json] == [1]
    assert paper("posted", "1", *WHO).out == "posted: 1\n"
    last = pilot("exceptions", "show", "1", "--json").json["history"][-1]
    assert (last["reason"], last["who"]) == ("sent_on_paper", "A. Person")


def test_what_was_not_printed_or_not_said_is_one_line(paper: Pilot) -> None:
    assert "was not printed" in paper("posted", "1", *WHO).line
    assert "not clear which" in paper("posted", *WHO).line
    assert "not clear which" in paper("posted", "1", "--all", *WHO).line
    assert "does not wait to be posted" in paper("posted", "77", *WHO).line


def test_a_print_that_cannot_be_written_marks_nothing_as_printed(paper: Pilot) -> None:
    assert "cannot be written" in paper("print", "--out", "nowhere/post.pdf", *WHO).line
    assert not any(row["printed"] for row in paper("list", "--json").json)


def test_nothing_of_it_names_anybody(paper: Pilot) -> None:
    said = [paper("list"), paper("print", "--out", "a.pdf", *WHO), paper("posted", "--all", *WHO)]
    assert all("TESTER" not in one.out + one.err for one in said)


def test_a_page_that_came_back_is_on_the_offices_list_again(paper: Pilot, pilot: Pilot) -> None:
    paper("print", "--out", "post.pdf", *WHO)
    paper("posted", "--all", *WHO)
    assert paper("came-back", "2", *WHO).out == "came back: 1\n"
    rows = {row["id"]: row["reason"] for row in pilot("exceptions", "list", "--json").json}
    assert rows == {1: "sent_on_paper", 2: "sent_back"}
    refused = paper("came-back", "2", *WHO)
    assert "did not go to a practice as a page" in refused.err
