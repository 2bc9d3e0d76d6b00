"""Bad input: one line that says what and how to mend it, exit code 2, and nothing half-written left looking whole."""

import json
import socket
import subprocess
import sys
import zipfile
from importlib import resources
from pathlib import Path

import pytest

from pilot.cli import app
from pilot.experiment import scenario_names
from pilot.experiment.folder import Manifest, RunState, write_manifest
from tests.cli.conftest import Pilot
from tests.cli.office import configure, run
from tests.real_figures import real_values

QUICK = resources.files("pilot.experiment").joinpath("scenarios", "quick.toml").read_text("utf-8")


def commands() -> set[str]:
    """Every command's name, from the application itself."""
    own = {str(command.name) for command in app.registered_commands}
    return own | {str(group.name) for group in app.registered_groups}


# -- help


def test_help_names_every_command(pilot: Pilot) -> None:
    said = pilot("--help")
    assert said.code == 0
    named = {line.split()[0] for line in said.out.split("Commands:")[1].splitlines() if line.strip()}
    assert commands() <= named
    assert {"run", "scenarios", "intake", "status", "exceptions", "report", "generate"} <= commands()
    assert {"simulate", "doctor", "compare", "national"} <= commands()


@pytest.mark.parametrize("command", sorted(commands()))
def test_every_command_has_help(pilot: Pilot, command: str) -> None:
    said = pilot(command, "--help")
    assert said.code == 0
    assert "Usage: " in said.out


def test_every_scenario_is_listed(pilot: Pilot) -> None:
    said = pilot("scenarios")
    assert [line.split()[0] for line in said.out.splitlines()] == list(scenario_names())


def test_without_a_terminal_the_screen_is_not_opened() -> None:
    line = run(cwd=Path(__file__).parent).line
    assert "no terminal" in line
    assert "pilot run" in line


# -- scenarios


def test_an_unknown_scenario_is_answered_with_the_nearest(pilot: Pilot, tmp_path: Path) -> None:
    for command in ("run", "generate"):
        line = pilot(command, "quik", "--out", "out").line
        assert "Did you mean quick?" in line
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "No such file"), (b"\xff\xfe", "not UTF-8"), (b"[[", "not TOML"), (b"", "is missing")],
)
def test_a_scenario_file_that_cannot_be_read_is_one_line(
    pilot: Pilot, tmp_path: Path, content: bytes | None, says: str
) -> None:
    if content is not None:
        (tmp_path / "mine.toml").write_bytes(content)
    assert says in pilot("run", "mine.toml", "--out", "out").line
    assert not (tmp_path / "out").exists()


MISTAKES = [
    ("title = ", "tittle = ", "tittle"),
    ("seed = 1", 'seed = "one"', "seed"),
    ("seed = 1", "seed = -1", "below 0"),
    ("seed = 1", "seed = " + "9" * 25, "18 digits"),
    ("seed = 1", "seed = " + "9" * 5000, "not TOML"),
    ("seed = 1\n", "", "seed"),
    ('arms = ["paper", "pdf_email", "mesh_pdf", "coded"]', 'arms = ["paper", "pigeon"]', "pigeon"),
    ('arms = ["paper", "pdf_email", "mesh_pdf", "coded"]', "arms = []", "arms"),
    ('arms = ["paper", "pdf_email", "mesh_pdf", "coded"]', 'arms = ["coded", "coded"]', "coded, coded"),
    ("measured_after_days = 63", "measured_after_days = 5", "measured_after_days"),
    ("measured_after_days = 63", "measured_after_days = 6.5", "measured_after_days"),
    ("measured_after_days = 63", "measured_after_days = 99999999", "ten years"),
    ("title = ", "deep = " + "[" * 3000 + "]" * 3000 + "\ntitle = ", "not TOML"),
    ('code_set = "interim-2026-11"', 'code_set = "invented"', "invented"),
    ('code_set = "interim-2026-11"', "code_set = 3", "code_set"),
    ("ready_share = 1.0", "ready_share = 1.5", "ready_share"),
    ("ready_share = 1.0", 'ready_share = "all"', "ready_share"),
    ('rules = ["normal", ', 'rules = ["sunny", ', "sunny"),
    ('rules = ["normal", ', 'rules = ["recall_for_assessment", ', "recall_for_assessment"),
    ('fallback = "paper"', 'fallback = "coded"', "fallback"),
    ("practices = 6", "practices = 0", "practices"),
    ("practices = 6", 'practices = "six"', "practices"),
    ("results = 400", "results = 999999999", "results"),
    ("start = 2026-11-02", 'start = "soon"', "start"),
    ("days = 28", "days = 0", "days"),
    ('invitation = "round"', 'invitation = "lottery"', "lottery"),
    ('profile = "standard"', 'profile = "baroque"', "baroque"),
    ("suppliers = { emis = 0.5, systmone = 0.5 }", "suppliers = { emis = 0.5 }", "suppliers"),
    ("suppliers = { emis = 0.5, systmone = 0.5 }", "suppliers = { emiss = 1.0 }", "emiss"),
    ('code = "KXX"\n', "", "code"),
    (
        "[generation.office]",
        "[generation.defects]\nunknown_defect = 0.1\n[generation.office]",
        "unknown_defect",
    ),
    ("[coding]", "[deadlines]\nanswered_days = 0\n[coding]", "answered_days"),
    ("[coding]", "[deadlines]\nanswered_hours = 3\n[coding]", "answered_hours"),
    ("[generation.office]", "[generation.defects]\ntwins = 7\n[generation.office]", "twins"),
]


@pytest.mark.parametrize(("right", "wrong", "names"), MISTAKES, ids=[wrong[:60] for _, wrong, _ in MISTAKES])
def test_each_mistake_in_a_scenario_is_named(
    pilot: Pilot, tmp_path: Path, right: str, wrong: str, names: str
) -> None:
    assert QUICK.count(right) >= 1
    (tmp_path / "mine.toml").write_text(QUICK.replace(right, wrong, 1), "utf-8")
    assert names in pilot("run", "mine.toml", "--out", "out").line
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--results", "0"), "results"),
        (("--results", "-3"), "results"),
        (("--seed", "-1"), "below 0"),
        (("--seed", "9" * 20), "18 digits"),
        (("--arms", "pigeon"), "pigeon"),
        (("--arms", "coded,coded"), "coded, coded"),
        (("--arms", ","), "arms"),
    ],
)
def test_a_wrong_option_of_run_is_one_line(
    pilot: Pilot, tmp_path: Path, options: tuple[str, ...], says: str
) -> None:
    assert says in pilot("run", "quick", "--out", "out", *options).line
    assert not (tmp_path / "out").exists()


# -- folders


@pytest.mark.parametrize("command", ["run", "generate"])
def test_a_folder_with_something_in_it_is_left_as_it_was(pilot: Pilot, tmp_path: Path, command: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine", "utf-8")
    assert "not empty" in pilot(command, "quick", "--out", "out").line
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("command", ["run", "generate"])
def test_a_file_where_the_folder_should_be_is_one_line(pilot: Pilot, tmp_path: Path, command: str) -> None:
    (tmp_path / "out").write_text("mine", "utf-8")
    assert "cannot be made" in pilot(command, "quick", "--out", "out").line


@pytest.mark.parametrize("content", [None, b"", b"rubbish", b"[]", b"{}", b'{"format": 1}'])
def test_a_folder_without_figures_has_no_report(pilot: Pilot, tmp_path: Path, content: bytes | None) -> None:
    for name in ("not-a-run", "nor-this"):
        (tmp_path / name).mkdir()
        if content is not None:
            (tmp_path / name / "figures.json").write_bytes(content)
    assert pilot("report", "not-a-run").line
    assert pilot("compare", "not-a-run", "nor-this").line
    assert list(tmp_path.rglob("*.html")) == []


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("format", "figures/2", "written as figures/2"),
        ("practices", None, "at practices"),
        (
            "national",
            {**real_values()["national"], "hours": {"median": 5, "low": 9, "high": 7}},
            "national.hours has its low",
        ),
    ],
    ids=["another version", "incomplete", "low above high"],
)
def test_figures_that_are_not_as_they_should_be_have_no_report(
    pilot: Pilot, tmp_path: Path, part: str, value: object, said: str
) -> None:
    """One line with the part at fault, and exit code 2 (`line` holds both)."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "figures.json").write_text(json.dumps(real_values() | {part: value}), "utf-8")
    assert said in pilot("report", "run").line
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["figures.json"]


def test_a_run_that_was_stopped_has_no_report(pilot: Pilot, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "figures.json").write_text(json.dumps(real_values()), "utf-8")
    stopped = Manifest(RunState.RUNNING, "quick", "", 1, ("paper",), 400, "0.2.0")
    write_manifest(stopped, tmp_path / "run" / "manifest.json")
    assert "Finish it with pilot run --resume" in pilot("report", "run").line
    assert list(tmp_path.rglob("*.html")) == []


@pytest.mark.parametrize("runs", [("one",), ("one", "one"), ("one", "./one")])
def test_one_run_is_compared_with_nothing(pilot: Pilot, runs: tuple[str, ...]) -> None:
    assert "two or more" in pilot("compare", *runs).line


# -- configuration


@pytest.mark.parametrize("command", [("intake", "x.pdf"), ("intake",), ("doctor",)])
def test_without_a_configuration_it_says_how_to_begin(
    pilot: Pilot, tmp_path: Path, command: tuple[str, ...]
) -> None:
    assert "pilot doctor --example" in pilot(*command).line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [("intake", "x.pdf"), ("doctor",)])
def test_a_missing_secret_is_named(pilot: Pilot, tmp_path: Path, command: tuple[str, ...]) -> None:
    configure(tmp_path, "http://127.0.0.1:1")
    assert "PILOT_MESH_PASSWORD" in pilot(*command).line
    assert "PILOT_MESH_SHARED_KEY" in pilot(*command, PILOT_MESH_PASSWORD="p").line
    assert [path.name for path in tmp_path.iterdir()] == ["pilot.toml"]


def test_the_example_is_a_configuration(pilot: Pilot, tmp_path: Path) -> None:
    (tmp_path / "pilot.toml").write_text(pilot("doctor", "--example").out, "utf-8")
    assert "mesh.certificate names no file" in pilot("doctor").line


@pytest.mark.parametrize("command", [("status",), ("exceptions", "list"), ("exceptions", "show", "1")])
def test_without_a_ledger_nothing_is_made_up(pilot: Pilot, tmp_path: Path, command: tuple[str, ...]) -> None:
    assert "there is no ledger" in pilot(*command).line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [("status",), ("exceptions", "list")])
def test_a_file_that_is_no_ledger_is_one_line(pilot: Pilot, tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"no database, and long enough to be seen as none" * 50)
    assert "not a database" in pilot(*command).line


# -- processes


def test_a_preview_says_of_each_file_what_is_wrong_with_it_and_shows_the_rest(
    pilot: Pilot, tmp_path: Path
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    head = "nhs_number,episode_id,change_db_date_time"
    for name, content in (
        (
            "directory.csv",
            b"local_number,practice_code,name,closed_on,successor_code\n123,A91001,THE SURGERY,,\n",
        ),
        ("empty.pdf", b""),
        ("gateway.pdf", b"<html>502 Bad Gateway</html>"),
        ("lacks.csv", f"{head}\n9990000018,7,2026-11-03\n".encode()),
        ("junk.bin", bytes(range(256))),
    ):
        (inbox / name).write_bytes(content)
    for name, holds in (("day.zip", "SIL.pdf"), ("rows.xlsx", "xl/workbook.xml")):
        with zipfile.ZipFile(inbox / name, "w") as archive:
            archive.writestr(holds, b"%PDF-1.4 of another file")
    said = pilot("intake", "--preview", "inbox")
    assert said.code == 2
    assert "directory.csv: practice_directory" in said.out
    about = dict(zip(said.out.splitlines(), said.out.splitlines()[1:], strict=False))
    for name, words in (
        ("empty.pdf", "the file is empty"),
        ("gateway.pdf", "the file is not a PDF"),
        ("lacks.csv", "lacks the column"),
        ("junk.bin", "neither a PDF nor an extract"),
        ("day.zip", "a zip archive: unzip it"),
        ("rows.xlsx", "an Excel workbook: save it as CSV"),
    ):
        assert words in about[f"inbox/{name}: unknown, 0 fit to send"], name
    assert said.err.startswith("pilot: 6 of 7 files cannot be read")


def test_a_preview_of_nothing_says_so(pilot: Pilot, tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    assert "there is no file in it: inbox" in pilot("intake", "--preview", "inbox").line


def test_a_user_error_is_one_line_in_a_process_of_its_own_too(tmp_path: Path) -> None:
    assert "Did you mean quick?" in run("run", "quik", cwd=tmp_path).line


@pytest.mark.parametrize("which", ["mesh", "gp"])
def test_a_port_in_use_is_one_line(tmp_path: Path, which: str) -> None:
    (tmp_path / "practices.jsonl").write_text("", "utf-8")
    options = ["--db", "x.sqlite", "--practices", "practices.jsonl"] if which == "gp" else []
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = run("simulate", which, "--port", str(port), *options, cwd=tmp_path).line
    assert str(port) in line
    assert "--port" in line


def test_help_is_quick_because_it_imports_nothing_it_does_not_need() -> None:
    """Not timed: what costs time is what is imported."""
    heavy = ["numpy", "requests", "mesh_client", "textual", "starlette", "uvicorn", "reportlab", "jinja2"]
    script = f"import sys; import pilot.cli; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
