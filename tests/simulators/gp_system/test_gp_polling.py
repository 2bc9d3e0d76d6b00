"""Two simulators started as processes, a message sent: it is filed and answered with nobody at the control plane."""

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from simulators.gp_system.__main__ import main
from tests.simulators.gp_system.gp_office import Answer, Office, body, drain, result
from tests.simulators.gp_system.gp_world import ODS, practice, started, write_lines

PATIENCE_SECONDS = 60


def until(seen: Callable[[], bool]) -> None:
    """Look again until it is so; the test fails at its own assertion where it never is."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not seen() and time.monotonic() < give_up:
        time.sleep(0.2)


def test_a_message_is_filed_and_answered_by_practices_that_poll(tmp_path: Path, mesh: str) -> None:
    drain(mesh, f"{ODS}OT001")
    file = write_lines(tmp_path / "practices.jsonl", [practice()])
    options = [
        "--db",
        str(tmp_path / "gp.sqlite"),
        "--practices",
        str(file),
        "--mesh-url",
        mesh,
        "--poll",
        "0.3",
    ]
    with closing(Office(mesh)) as office, started("gp_system", *options) as (_, gp):
        office.answers()
        sent = [result(place, "normal", screening_number=f"KXX90000{place}") for place in (0, 1)]
        answers: list[Answer] = []
        for number, message in enumerate(sent, 1):  # the second one shows that it goes on polling
            office.send(body(message))
            until(lambda number=number: len(gp.observations()) == number)  # type: ignore[misc]
        assert [entry["identifier"][0]["value"] for entry in gp.observations()] == ["KXX900000", "KXX900001"]

        def answered() -> bool:
            answers.extend(office.answers())
            return len(answers) == 4

        until(answered)
        assert [(answer.code, answer.disposition) for answer in answers] == [
            ("20013", None),
            ("30001", "filed"),
        ] * 2


def test_a_mesh_that_comes_later_is_collected_from_when_it_is_there(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "practices.jsonl", [practice()])
    options = [
        "--db",
        str(tmp_path / "gp.sqlite"),
        "--practices",
        str(file),
        "--mesh-url",
        "http://127.0.0.1:9",
    ]
    with started("gp_system", *options, "--poll", "0.1") as (process, gp):
        time.sleep(1)
        assert process.poll() is None
        assert gp.observations() == []


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "1e9"])
def test_polling_needs_mesh_and_a_sensible_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], seconds: str
) -> None:
    file = write_lines(tmp_path / "practices.jsonl", [practice()])
    options = ["--db", str(tmp_path / "gp.sqlite"), "--port", "0", "--practices", str(file)]
    assert main([*options, "--mesh-url", "http://127.0.0.1:9", "--poll", seconds]) == 2
    assert main([*options, "--poll", "1"]) == 2
    assert "--poll needs --mesh-url" in capsys.readouterr().err
