"""A real batch from the command line: taken in, sent, answered, settled; and again, and nothing twice."""

import json
import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pilot.domain.delivery import State
from pilot.domain.outcome import Outcome
from pilot.domain.result import ScreeningResult
from pilot.pipeline.ledger import Ledger
from tests.cli.conftest import Pilot
from tests.cli.office import Office, Said, office, run, within

# Each class is one story, in the order in which it stands here; the classes themselves come in any order.
pytestmark = pytest.mark.random_order(disabled=True)


@pytest.fixture(scope="class")
def kelderby(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("office")) as made:
        yield made


@pytest.fixture
def there(pilot: Pilot, kelderby: Office) -> Pilot:
    """`pilot` in the office's folder, with its secrets."""

    def in_office(*arguments: str, cwd: Path | None = None, **environment: str) -> Said:
        return pilot(*arguments, cwd=cwd or kelderby.folder, **{**kelderby.environment, **environment})

    return in_office


def statuses(there: Pilot) -> dict[str, int]:
    said = there("status", "--json")
    assert said.code == 0
    assert set(said.json) == set(State)
    return {state: number for state, number in said.json.items() if number}


class TestABatch:
    """In order: each test begins where the one before it ended."""

    def test_it_is_read_checked_coded_and_sent(self, kelderby: Office, there: Pilot) -> None:
        said = run("intake", "inbox", "--json", cwd=kelderby.folder, environment=kelderby.environment)
        assert said.code == 0, said.err
        assert said.json["received"] == 24
        assert said.json["sent"] == 24
        assert statuses(there) == {"sent": 24}
        assert kelderby.sent() == 24

    def test_the_same_again_sends_nothing(self, kelderby: Office, there: Pilot) -> None:
        said = there("intake", "inbox", "--json")
        assert (said.code, said.json["files"], said.json["sent"]) == (0, 0, 0)
        assert said.json["already_taken"] > 0
        assert statuses(there) == {"sent": 24}
        assert kelderby.sent() == 24

    def test_it_goes_on_without_files(self, kelderby: Office, there: Pilot) -> None:
        kelderby.practices_collect()
        said = there("intake", "--json")
        assert said.code == 0, said.err
        assert said.json["answers"] > 0
        counts = statuses(there)
        assert sum(counts.values()) == 24
        assert counts["filed"] > 12
        assert kelderby.sent() == 24

    def test_plain_words_say_the_same(self, there: Pilot) -> None:
        shown = dict(line.rsplit(maxsplit=1) for line in there("status").out.splitlines())
        counts = {name.strip().replace(" ", "_"): int(number) for name, number in shown.items()}
        assert {state: number for state, number in counts.items() if number} == statuses(there)

    def test_what_is_filed_is_corrected_and_withdrawn_in_the_practices_records(
        self, kelderby: Office, there: Pilot
    ) -> None:
        with Ledger(kelderby.folder / "ledger.sqlite") as ledger:
            filed = [
                entry
                for entry in ledger.entries()
                if entry.state is State.FILED and entry.result.outcome is Outcome.NORMAL and entry.result.date
            ]
        corrected, withdrawn, *_ = filed
        assert corrected.result.date
        day = (corrected.result.date - timedelta(days=1)).isoformat()
        who = ("--who", "A. Person", "--why", "NBSS was put right")
        assert there("exceptions", "correct", str(corrected.id), "--set", f"date={day}", *who).code == 0
        assert there("exceptions", "withdraw", str(withdrawn.id), *who).code == 0
        assert there("intake", "--json").json["sent"] == 2
        kelderby.controls[1].set_clock(datetime.now(UTC) + timedelta(hours=1))  # the next poll is due
        kelderby.practices_collect()
        assert there("intake").code == 0
        assert kelderby.record(corrected) == [day]
        assert kelderby.record(withdrawn) == []
        assert kelderby.record(withdrawn, status="entered-in-error") == [str(withdrawn.result.date)]
        assert there("exceptions", "show", str(withdrawn.id), "--json").json["reason"] == "withdrawn"


class TestTrouble:
    @pytest.fixture(autouse=True)
    def taken_in(self, kelderby: Office, there: Pilot) -> None:
        """The batch is in the ledger, whether or not another test took it in."""
        if not (kelderby.folder / "ledger.sqlite").exists():
            assert there("intake", "inbox").code == 0

    @pytest.mark.parametrize("variable", ["PILOT_MESH_PASSWORD", "PILOT_MESH_SHARED_KEY"])
    def test_a_wrong_secret_is_one_line_that_does_not_say_it(self, kelderby: Office, variable: str) -> None:
        wrong = {variable: "a-wrong-secret"}
        line = within(
            "intake", "inbox", cwd=kelderby.folder, environment={**kelderby.environment, **wrong}
        ).line
        assert "MESH refused the request (403)" in line
        assert "a-wrong-secret" not in line

    def test_a_file_that_is_not_there_is_one_line_and_nothing_is_taken(self, there: Pilot) -> None:
        before = statuses(there)
        assert "gone.pdf" in there("intake", "inbox", "gone.pdf").line
        assert statuses(there) == before
        assert "gone.pdf" in there("intake", "--preview", "gone.pdf").line

    @pytest.mark.parametrize("options", [(), ("--json",)], ids=["words", "json"])
    def test_a_preview_of_what_cannot_be_read_shows_the_rest_and_leaves_with_2(
        self, kelderby: Office, there: Pilot, tmp_path: Path, options: tuple[str, ...]
    ) -> None:
        (tmp_path / "report.pdf").write_bytes(b"<html>502 Bad Gateway</html>")
        said = there("intake", "--preview", "inbox", str(tmp_path / "report.pdf"), *options)
        assert said.code == 2
        assert "1 of" in said.err
        assert "report.pdf" in said.err
        assert "sil" in said.out

    def test_a_preview_counts_what_an_intake_would_do_and_names_nobody(
        self, kelderby: Office, there: Pilot
    ) -> None:
        before = statuses(there)
        said = there("intake", "--preview", "inbox", "--json")
        assert said.json["ahead"]["already"] == len(said.json["files"]) > 0
        assert statuses(there) == before
        with Ledger(kelderby.folder / "ledger.sqlite") as book:
            documents = [entry.document for entry in book.entries()]
        surnames = {
            document.participant.surname for document in documents if isinstance(document, ScreeningResult)
        }
        assert surnames
        words = there("intake", "--preview", "inbox").out
        assert not [name for name in surnames if name in words or name in said.out]
        assert not re.search(r"\b999\d{7}\b", words + said.out)

    def test_a_ledger_in_use_is_one_line(
        self, kelderby: Office, there: Pilot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("pilot.pipeline.ledger_file.BUSY_SECONDS", 0.01)
        report = tmp_path / "new.pdf"
        report.write_bytes(b"not yet taken")
        before = statuses(there)
        other = sqlite3.connect(kelderby.folder / "ledger.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert "Another pilot is using it" in there("intake", str(report)).line
        other.close()
        assert statuses(there) == before

    def test_the_command_from_another_folder_finds_the_same_ledger(
        self, kelderby: Office, there: Pilot, tmp_path: Path
    ) -> None:
        sent = kelderby.sent()
        config = kelderby.folder / "pilot.toml"
        said = there(
            "intake", str(kelderby.folder / "inbox"), "--config", str(config), "--json", cwd=tmp_path
        )
        assert (said.json["files"], said.json["sent"]) == (0, 0)
        assert not (tmp_path / "ledger.sqlite").exists()
        assert kelderby.sent() == sent

    def test_a_clock_that_is_far_off_takes_nothing_in(
        self, there: Pilot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = statuses(there)
        report = tmp_path / "new.pdf"
        report.write_bytes(b"not yet taken either")
        monkeypatch.setattr("pilot.cli.batches.now", lambda: datetime.now(UTC) + timedelta(days=365))
        assert "ahead of MESH's" in there("intake", str(report)).line
        assert statuses(there) == before

    def test_a_copy_of_the_ledger_sends_nothing(self, kelderby: Office, there: Pilot, tmp_path: Path) -> None:
        for name in ("pilot.toml", "ledger.sqlite"):
            (tmp_path / name).write_bytes((kelderby.folder / name).read_bytes())
        assert "--moved" in there("intake", cwd=tmp_path).line
        assert there("intake", "--moved", "--json", cwd=tmp_path).code == 0

    def test_an_unknown_code_set_is_one_line(self, kelderby: Office, there: Pilot, tmp_path: Path) -> None:
        whole = (kelderby.folder / "pilot.toml").read_text("utf-8")
        config = tmp_path / "pilot.toml"
        config.write_text(whole.replace("interim-2026-11", "invented"), "utf-8")
        assert "invented" in there("intake", "inbox", "--config", str(config)).line

    def test_the_doctor_finds_nothing_here_and_says_so_in_json_too(self, there: Pilot) -> None:
        said = there("doctor", "--json")
        assert said.code == 0
        assert not any(finding["stops"] for finding in said.json)
        assert {"MESH", "clock", "disk"} <= {finding["about"] for finding in said.json}

    def test_the_doctor_leaves_with_2_where_something_would_stop_a_send(self, there: Pilot) -> None:
        said = there("doctor", PILOT_MESH_PASSWORD="a-wrong-secret")
        assert said.code == 2
        (stopping,) = (line for line in said.out.splitlines() if line.startswith("STOPS"))
        assert "MESH" in stopping
        assert "a-wrong-secret" not in said.out + said.err

    def test_the_doctor_looks_at_everything_whatever_else_is_wrong(
        self, kelderby: Office, there: Pilot, tmp_path: Path
    ) -> None:
        whole = (kelderby.folder / "pilot.toml").read_text("utf-8")
        config = tmp_path / "pilot.toml"
        config.write_text(whole.replace("interim-2026-11", "invented"), "utf-8")
        ledger = tmp_path / "x.sqlite"
        ledger.write_bytes(b"no database, and long enough to be seen as none" * 50)
        said = there("doctor", "--config", str(config), "--ledger", str(ledger), "--json")
        assert said.code == 2
        stopping = {finding["about"] for finding in said.json if finding["stops"]}
        assert stopping == {"code set", "ledger"}

    def test_a_batch_comes_in_while_mesh_is_away_and_leaves_when_it_is_back(
        self, kelderby: Office, there: Pilot, tmp_path: Path
    ) -> None:
        ledger = ("--ledger", str(tmp_path / "another.sqlite"))
        kelderby.mesh_dies()
        said = there("intake", "inbox", "--json", *ledger)
        assert said.code == 2
        assert (json.loads(said.out)["received"], json.loads(said.out)["waiting"]) == (24, 24)
        assert "MESH does not answer" in said.err
        assert there("status", "--json", *ledger).json["ready"] == 24
        kelderby.mesh.restart()
        assert there("intake", "--json", *ledger).json["sent"] == 24


class TestTheOfficesPrints:
    """In order: looked at, confirmed, and held to."""

    def test_how_reports_look_is_shown_and_confirmed_once(self, kelderby: Office, there: Pilot) -> None:
        reports = sorted(str(path) for path in (kelderby.folder / "inbox").glob("SIL-*.pdf"))
        said = there("prints", "show", reports[0])
        assert said.code == 0, said.err
        assert "columns of 6.0 points" in said.out
        assert there("prints", "confirm", *reports, "--who", "A. Person").out.startswith("1 new, 1 confirmed")
        assert there("prints", "confirm", *reports, "--who", "A. Person").out.startswith("0 new, 1 confirmed")

    def test_a_report_in_another_type_stops_the_batch(self, kelderby: Office, there: Pilot) -> None:
        (kelderby.folder / "ledger.sqlite.prints.json").write_text(
            (kelderby.folder / "ledger.sqlite.prints.json").read_text("utf-8").replace("Courier", "Consolas")
        )
        report = next((kelderby.folder / "inbox").glob("SIL-*.pdf"))
        line = there("intake", str(report)).line
        assert "font Courier" in line
        assert "pilot prints confirm" in line
