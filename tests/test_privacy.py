"""Nobody shows: all that a messy batch makes the toolkit print, log and report is searched for its participants.

They may stand in the files that are meant to hold them (inbox, post, truth, ledger, databases) and in what
`pilot exceptions show` prints for the person who must decide; nowhere else. Secrets may stand nowhere.
"""

import json
import re
import secrets as token_source
import sqlite3
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import pytest
import requests

from pilot.experiment.arm_setup import Secrets
from tests.cli.office import Office, office, run, within

MESSY = resources.files("pilot.experiment").joinpath("scenarios", "messy.toml").read_text("utf-8")
MEANT_TO_HOLD_THEM = ("inbox", "post", "truth.jsonl", "practices.jsonl")
WHO = ("--who", "A. Person", "--why", "looked into it")


@dataclass(frozen=True)
class People:
    """Everybody of a batch, as patterns of what would give them away."""

    patterns: tuple[re.Pattern[str], ...]

    @classmethod
    def of(cls, batch: Path) -> "People":
        truth = [json.loads(line) for line in (batch / "truth.jsonl").read_text("utf-8").splitlines()]
        found = set()
        for line in truth:
            number = line["nhs_number"]
            found.add(rf"{number[:3]}[ -]?{number[3:6]}[ -]?{number[6:]}")
            forename, surname = re.escape(line["forename"]), re.escape(line["surname"])
            found.add(rf"\b{surname}\W+{forename}\b")
            found.add(rf"\b{forename}\W+{surname}\b")
        found |= {re.escape(address) for address in _addresses(batch / "post")}
        assert len(found) > len(truth)
        return cls(tuple(re.compile(text, re.IGNORECASE) for text in sorted(found)))

    def seen_in(self, text: str) -> list[str]:
        return [pattern.pattern for pattern in self.patterns if pattern.search(text)]


def _addresses(post: Path) -> Iterator[str]:
    """The first line of each printed address: the street, which is hers alone."""
    for file in post.iterdir():
        for letter in file.read_text("utf-8").splitlines():
            for line in json.loads(letter)["lines"]:
                label, _, street = line.partition("Address:")
                if not label.strip() and len(street.strip()) > 8:
                    yield street.strip()


# -- a messy batch from the command line


@pytest.fixture(scope="module")
def kelderby(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("messy"), "messy", results=60, days=3, seed=8) as made:
        yield made


@pytest.fixture(scope="module")
def people(kelderby: Office) -> People:
    return People.of(kelderby.folder / "batch")


def faults(kelderby: Office, *kinds: dict[str, object]) -> None:
    requests.post(
        f"{kelderby.mesh.url}/admin/faults",
        json=list(kinds),
        headers={"X-Admin-Token": kelderby.secrets.admin_token},
        timeout=30,
    ).raise_for_status()


@pytest.fixture(scope="module")
def printed(kelderby: Office) -> str:
    """All that the office's commands say, in fair weather and foul, and every log."""
    said: list[str] = []

    def pilot(*arguments: str) -> None:
        done = within(*arguments, cwd=kelderby.folder, environment=kelderby.environment)
        said.extend((done.out, done.err))

    first = run("intake", "inbox", cwd=kelderby.folder, environment=kelderby.environment)
    said.extend((first.out, first.err))
    kelderby.practices_collect()
    for kind in ("error", "truncate"):
        faults(kelderby, {"kind": kind, "probability": 0.7, "seed": 1})
        pilot("intake", "--json")
    faults(kelderby)
    pilot("intake", "--json")
    other = ("--ledger", "other.sqlite")
    faults(kelderby, {"kind": "reply_lost", "route": "send"}, {"kind": "error", "route": "list"})
    pilot("intake", "inbox", *other)
    kelderby.mesh_dies()
    pilot("intake", *other)
    kelderby.mesh.restart()
    for options in ((), ("--json",)):
        pilot("exceptions", "list", *options)
        pilot("status", *options)
        pilot("doctor", *options)
    (stuck, *_) = _stuck(kelderby.folder / "ledger.sqlite")
    pilot("exceptions", "fix", str(stuck), "--set", "date_of_birth=1850-01-01", *WHO)
    pilot("exceptions", "resend", str(stuck), *WHO, "--json")
    pilot("exceptions", "assign", str(stuck), "--to", "B. Person", *WHO)
    damaged = kelderby.folder / "damaged.sqlite"
    whole = bytearray((kelderby.folder / "ledger.sqlite").read_bytes())
    whole[20_000:40_000] = b"\x5a" * 20_000
    damaged.write_bytes(whole)
    for command in (("status",), ("exceptions", "list"), ("intake",)):
        pilot(*command, "--ledger", "damaged.sqlite")
    said.extend(log.read_text("utf-8", errors="replace") for log in kelderby.folder.glob("*.log"))
    return "\n".join(said)


def _stuck(ledger: Path) -> list[int]:
    """Results with a person that were read, so that they can be mended."""
    found = sqlite3.connect(ledger).execute(
        "SELECT id FROM result WHERE state = 'with_a_person' AND readable = 1 ORDER BY id"
    )
    return [number for (number,) in found]


def test_nothing_that_commands_print_or_simulators_log_names_anybody(printed: str, people: People) -> None:
    assert "MESH does not answer" in printed  # the weather was foul
    assert "sent" in printed
    assert people.seen_in(printed) == []


def test_nothing_printed_is_a_traceback(printed: str) -> None:
    """A traceback shows lines of code; what it would show of values nobody can know."""
    assert "Traceback" not in printed


def test_nothing_printed_holds_a_secret(printed: str, kelderby: Office) -> None:
    hidden = (kelderby.secrets.office_password, kelderby.secrets.shared_key, kelderby.secrets.admin_token)
    assert not any(secret in printed for secret in hidden)


def test_the_search_finds_those_who_are_shown_on_purpose(
    kelderby: Office, printed: str, people: People
) -> None:
    """The control: what is meant to name her is found by the very same search."""
    with closing(sqlite3.connect(kelderby.folder / "ledger.sqlite")) as ledger:
        (number,) = ledger.execute("SELECT min(id) FROM result WHERE readable = 1").fetchone()
    shown = within("exceptions", "show", str(number), cwd=kelderby.folder)
    assert people.seen_in(shown.out)
    assert people.seen_in((kelderby.folder / "ledger.sqlite").read_bytes().decode("latin-1"))


def test_the_history_of_the_ledger_names_nobody(kelderby: Office, printed: str, people: People) -> None:
    rows = sqlite3.connect(kelderby.folder / "ledger.sqlite").execute("SELECT reason, who, why FROM history")
    assert people.seen_in("\n".join(" ".join(row) for row in rows)) == []


def test_the_ledger_holds_no_secret(kelderby: Office, printed: str) -> None:
    held = b"".join(
        path.read_bytes() for path in kelderby.folder.glob("*.sqlite*") if path.name != "mesh.sqlite"
    )
    for secret in (kelderby.secrets.office_password, kelderby.secrets.shared_key):
        assert secret.encode() not in held


# -- a run


@dataclass(frozen=True)
class Watched:
    """A run, what it printed, the command lines of all processes while it ran, and every secret that it made."""

    folder: Path
    printed: str
    command_lines: frozenset[str]
    secrets: frozenset[str]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """`pilot run` on a messy batch, in this process, so that the secrets can be had as they are made."""
    here = tmp_path_factory.mktemp("watched")
    text = MESSY
    for right, small in (
        ("results = 520", "results = 60"),
        ("days = 26", "days = 3"),
        ("measured_after_days = 63", "measured_after_days = 8"),
    ):
        assert text.count(right) == 1
        text = text.replace(right, small)
    (here / "small.toml").write_text(text, "utf-8")
    made: set[str] = set()
    lines: set[str] = set()
    original, hexed = Secrets.made, token_source.token_hex

    def recorded() -> Secrets:
        secrets = original()
        made.update((secrets.shared_key, secrets.admin_token, secrets.office_password))
        return secrets

    def noted(size: int | None = None) -> str:
        made.add(token := hexed(size))
        return token

    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(over, lines))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Secrets, "made", recorded)
        patch.setattr(token_source, "token_hex", noted)
        watcher.start()
        try:
            said = within("run", "small.toml", "--out", "run", "--json", cwd=here)
        finally:
            over.set()
            watcher.join()
    return Watched(here / "run", said.out + said.err, frozenset(lines), frozenset(made))


def _watch(over: threading.Event, lines: set[str]) -> None:
    while not over.wait(0.05):
        for process in Path("/proc").iterdir():
            if process.name.isdigit():
                try:
                    lines.add(
                        (process / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                    )
                except OSError:
                    continue  # it ended meanwhile


def files_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of a run, and what archives hold, with its bytes."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        name = str(path.relative_to(folder))
        yield name, path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for member in archive.namelist():
                    yield f"{name}/{member}", archive.read(member)


def meant_to_hold_them(name: str) -> bool:
    first = name.split("/", maxsplit=1)[0]
    # What the office's people hold back, post or print again are prints.
    of_the_office = first.startswith(("office-list-", "sent-", "reprints-"))
    return first in MEANT_TO_HOLD_THEM or of_the_office or ".sqlite" in name


def test_nothing_that_a_run_prints_names_anybody(watched: Watched) -> None:
    assert "results for" in watched.printed
    assert People.of(watched.folder).seen_in(watched.printed) == []


def test_no_report_table_figure_or_log_of_a_run_names_anybody(watched: Watched) -> None:
    people = People.of(watched.folder)
    looked_at = {
        name: people.seen_in(content.decode("utf-8", "replace"))
        for name, content in files_of(watched.folder)
        if not meant_to_hold_them(name)
    }
    assert {"figures.json", "report.html", "manifest.json", "scenario.toml"} <= set(looked_at)
    assert any(name.startswith("logs/") for name in looked_at)
    assert any(name.startswith("tables.xlsx/") for name in looked_at)
    assert {name: found for name, found in looked_at.items() if found} == {}


def test_screening_numbers_stand_only_where_the_docs_say(watched: Watched) -> None:
    """A key to somebody's record: not in what a run prints, its logs, its figures or its reports."""
    truth = (watched.folder / "truth.jsonl").read_text("utf-8").splitlines()
    numbers = {json.loads(line)["screening_number"] for line in truth}
    assert len(numbers) == 60
    assert not any(number in watched.printed for number in numbers)
    holding = {
        name
        for name, content in files_of(watched.folder)
        if not meant_to_hold_them(name) and any(number.encode() in content for number in numbers)
    }
    assert holding == {"office-coded.jsonl", "office-paper.jsonl"}  # the time sheet of the office's people


def test_lists_for_a_terminal_show_no_screening_number(kelderby: Office, printed: str) -> None:
    """With `--json` they do: that is for the office's own programs."""
    with closing(sqlite3.connect(kelderby.folder / "ledger.sqlite")) as ledger:
        numbers = {row[0] for row in ledger.execute("SELECT screening_number FROM result") if row[0]}
    shown = {
        arguments: within(*arguments, cwd=kelderby.folder)
        for arguments in (
            ("status", "--list"),
            ("exceptions", "list"),
            ("paper", "list"),
            ("reconcile", "list"),
        )
    }
    assert all(said.code == 0 for said in shown.values())
    for arguments, said in shown.items():
        assert not any(number in said.out + said.err for number in numbers), arguments


def test_no_command_line_of_a_run_holds_a_secret_or_a_participant(watched: Watched) -> None:
    ours = [line for line in watched.command_lines if "simulators." in line]
    assert any("simulators.mesh" in line for line in ours)
    assert any("simulators.gp_system" in line for line in ours)
    together = "\n".join(watched.command_lines)
    assert not any(secret in together for secret in watched.secrets)
    assert People.of(watched.folder).seen_in(together) == []


def test_a_run_folder_holds_no_secret(watched: Watched) -> None:
    """Not the office's, not a practice's mailbox password, not the token of the control planes."""
    assert len(watched.secrets) > 10
    holding = {
        name
        for name, content in files_of(watched.folder)
        if any(secret.encode() in content for secret in watched.secrets)
    }
    assert holding == set()


def test_what_a_run_prints_holds_no_secret(watched: Watched) -> None:
    assert not any(secret in watched.printed for secret in watched.secrets)
