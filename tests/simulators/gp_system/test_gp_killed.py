"""Receiving is done once, whatever breaks and wherever: replies lost, connections cut, the process killed."""

import json
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
import requests
from mesh_client import MeshClient

from tests.simulators.gp_system.gp_office import Office, body, drain, result
from tests.simulators.gp_system.gp_running import World
from tests.simulators.gp_system.gp_world import ODS, GpSystems, desk, letter, practice, started, write_lines


@pytest.mark.parametrize("call", ["list_messages", "retrieve_message", "acknowledge_message", "send_message"])
@pytest.mark.parametrize("done", [False, True], ids=["request lost", "reply lost"])
def test_a_lost_call_is_made_up_for_at_the_next_poll(
    world: Callable[..., World], monkeypatch: pytest.MonkeyPatch, call: str, done: bool
) -> None:
    here = world(practice())
    for place in range(3):
        here.office.send(body(result(place)))
    real = getattr(MeshClient, call)
    calls = 0

    def breaks_once(self: MeshClient, *args: Any, **keywords: Any) -> Any:
        nonlocal calls
        calls += 1
        reply = real(self, *args, **keywords) if done or calls != 1 else None
        if calls == 1:
            raise requests.ConnectionError("cut")
        return reply

    with monkeypatch.context() as patched:
        patched.setattr(MeshClient, call, breaks_once)
        here.gp.admin("collect")
        here.gp.at("2026-11-02T09:15", "collect")
        here.gp.at("2026-11-02T09:30", "collect")

    assert len(here.gp.observations()) == 3
    filed = Counter(answer.answers for answer in here.office.answers() if answer.disposition == "filed")
    assert len(filed) == 3, "the office knows of each"
    assert here.gp.counts()["messages"]["duplicate"] == 0


def _numbered(page: int) -> list[str]:
    return [line.replace("KXX000000", f"KXX{page:06}") for line in letter(0)["lines"]]


def _entered(here: GpSystems) -> list[tuple[str, str]]:
    return [(entry["meta"]["source"], entry["issued"]) for entry in here.observations(_count="1000")]


def _days(
    here: GpSystems, letters: list[dict[str, Any]], between: Callable[[GpSystems], GpSystems]
) -> list[tuple[str, str]]:
    here.post(*letters)
    for moment in ("2026-11-03T10:00", "2026-11-03T13:37", "2026-11-04T11:11", "2026-11-06T18:00"):
        here.at(moment, "work")
        here = between(here)
    return _entered(here)


def test_a_desk_that_is_closed_and_opened_between_looks_is_the_same_desk(tmp_path: Path) -> None:
    settings = desk(
        background_mail_per_day=100, backlog_minutes=300, minutes_per_letter={"low": 1, "mode": 2, "high": 9}
    )
    letters = [letter(0, page=page, lines=_numbered(page)) for page in range(1, 121)]
    entered = []
    for name, reopens in (("at once", False), ("reopened", True)):
        folder = tmp_path / name
        folder.mkdir()
        with ExitStack() as stack:
            here = World(folder, stack, None)
            here.open(practice(desk=settings)).clock("2026-11-02T09:00")

            def between(systems: GpSystems, here: World = here, reopens: bool = reopens) -> GpSystems:
                if reopens:
                    here.close()
                    return here.open(practice(desk=settings))
                return systems

            entered.append(_days(here.gp, letters, between))
    assert len(entered[0]) == 120
    assert entered[0] == entered[1]


def test_killed_again_and_again_while_collecting_nothing_is_filed_twice_or_lost(
    mesh: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    drain(mesh, f"{ODS}OT001")
    office = Office(mesh)
    office.answers()
    sent = 60
    for number in range(sent):
        office.send(body(result(number % 6, screening_number=f"KXX{number:06}")))
    file = write_lines(tmp_path / "practices.jsonl", [practice()])
    options = ["--db", str(tmp_path / "gp.sqlite"), "--practices", str(file), "--mesh-url", mesh]
    delays = random.Random(11)
    for _ in range(4):
        with started("gp_system", *options) as (process, gp):
            gp.clock("2026-11-02T09:00")
            threading.Thread(target=_collect_until_cut, args=(gp,), daemon=True).start()
            time.sleep(delays.uniform(0.02, 0.25))
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
    with started("gp_system", *options) as (_, gp):
        gp.at("2026-11-02T10:00", "collect")
        entries = gp.observations(_count="1000")
        assert gp.counts()["messages"]["duplicate"] == 0
    numbers = Counter(entry["identifier"][0]["value"] for entry in entries)
    assert set(numbers.values()) == {1}
    assert len(numbers) == sent
    filed = {answer.answers for answer in office.answers() if answer.disposition == "filed"}
    assert len(filed) == sent
    office.close()
    assert "Traceback" not in capfd.readouterr().err


def _collect_until_cut(gp: GpSystems) -> None:
    with suppress(requests.RequestException):  # killed
        gp.admin("collect")


def test_a_run_taken_up_again_from_an_earlier_hour_polls_and_posts_again_without_harm(
    world: Callable[..., World],
) -> None:
    here = world(practice())
    here.office.send(body(result(0)))
    here.gp.post(letter(1, arrives_on="2026-11-02T11:00:00+00:00"))
    here.gp.at("2026-11-02T17:00", "collect", "work")
    here.office.send(body(result(2)))
    here.close()

    here.open(practice())
    here.gp.clock("2026-11-02T09:00")
    here.gp.post(letter(1, arrives_on="2026-11-02T11:00:00+00:00"))
    here.gp.at("2026-11-02T10:00", "collect", "work")
    assert len(here.gp.observations()) == 3


def test_the_process_says_when_it_is_ready_and_ends_on_sigterm(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "practices.jsonl", [practice()])
    with started("gp_system", "--db", str(tmp_path / "gp.sqlite"), "--practices", str(file)) as (process, gp):
        assert gp.get("/practices") == [
            {"ods": ODS, "name": "Feathering Surgery", "supplier": "emis", "list_size": 9000, "patients": 6}
        ]
        process.terminate()
        assert process.wait(timeout=20) == 0
    assert json.loads(file.read_text())["ods"] == ODS
