"""The process from outside: how it is started wrongly, and the record served alone afterwards."""

import http.client
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from simulators.gp_system.__main__ import main
from tests.simulators.gp_system.gp_running import World
from tests.simulators.gp_system.gp_world import NUMBERS, GpSystems, letter, practice, started, write_lines


def test_user_errors_are_one_line_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MESH_SHARED_KEY", raising=False)
    db = ["--port", "0", "--db", str(tmp_path / "gp.sqlite")]
    wrong = write_lines(tmp_path / "wrong.jsonl", [practice(supplier="vision")])
    right = write_lines(tmp_path / "right.jsonl", [practice()])
    not_a_db = tmp_path / "not.sqlite"
    not_a_db.write_text("this is not a database " * 100)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for words, arguments in [
            ("--practices", db),
            ("vision", [*db, "--practices", str(wrong)]),
            ("--mesh-url needs", [*db, "--mesh-url", "http://127.0.0.1:1"]),
            ("MESH_SHARED_KEY", [*db, "--practices", str(right), "--mesh-url", "http://127.0.0.1:1"]),
            (port, ["--db", db[-1], "--practices", str(right), "--port", port]),
            ("not.sqlite", ["--port", "0", "--db", str(not_a_db)]),
            ("no-folder", [*db, "--practices", str(right), "--suppliers", str(tmp_path / "no-folder")]),
        ]:
            assert main(arguments) == 2
            out, err = capsys.readouterr()
            assert (out, len(err.splitlines()), words in err) == ("", 1, True), err


@pytest.mark.slow  # it waits longer than a web server's usual five seconds
def test_a_connection_of_a_run_that_has_been_busy_elsewhere_is_still_there(
    gp: Callable[..., GpSystems], tmp_path: Path
) -> None:
    gp(practice())
    with started("gp_system", "--db", str(tmp_path / "gp.sqlite")) as (_, there):
        asked = http.client.HTTPConnection(there.url.removeprefix("http://"))
        asked.request("GET", "/practices")
        asked.getresponse().read()
        connection = asked.sock
        time.sleep(7)
        asked.request("GET", "/practices")
        assert asked.getresponse().status == 200
        assert asked.sock is connection
        asked.close()


def test_the_record_is_served_alone_for_whoever_counts_again(
    gp: Callable[..., GpSystems], tmp_path: Path
) -> None:
    here = gp(practice())
    here.post(letter(0))
    here.at("2026-11-03T18:00", "work")
    (entry,) = here.observations()
    with started("gp_system", "--db", str(tmp_path / "gp.sqlite")) as (_, alone):
        del alone._session.headers["X-Admin-Token"]
        who = f"https://fhir.nhs.uk/Id/nhs-number|{NUMBERS[0]}"
        assert alone.observations(**{"patient.identifier": who}) == [entry]
        assert alone.get("/practices")[0]["patients"] == 6
        assert alone.ask("POST", "/admin/work").status_code == 403
        alone._session.headers["X-Admin-Token"] = "an admin token for tests"
        for verb in ("collect", "post", "work"):
            reply = alone.ask("POST", f"/admin/{verb}")
            assert (reply.status_code, "--practices" in reply.text) == (409, True)


def test_no_password_is_kept_in_the_record(gp: Callable[..., GpSystems], tmp_path: Path) -> None:
    gp(practice(mailbox_password="do-not-keep-me"))
    assert all(b"do-not-keep-me" not in file.read_bytes() for file in tmp_path.glob("gp.sqlite*"))


def test_pages_follow_one_another_until_all_is_read(gp: Callable[..., GpSystems]) -> None:
    here = gp(practice())
    here.post(*(letter(place) for place in range(6)))
    here.at("2026-11-03T18:00", "work")
    for path in ("/fhir/Z99001/Observation", "/fhir/Z99001/Patient"):
        found: list[str] = []
        bundle: dict[str, Any] = here.get(path, _count="4")
        while True:
            assert bundle["type"] == "searchset"
            found += [entry["resource"]["id"] for entry in bundle.get("entry", [])]
            following = [link["url"] for link in bundle["link"] if link["relation"] == "next"]
            if not following:
                break
            bundle = here.get(following[0].removeprefix(here.url))
        assert len(found) == len(set(found)) == 6


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/fhir/Z00000/Observation", 404),
        ("/fhir/Z99001/Observation?patient.identifier=http://example.org|1", 400),
        ("/fhir/Z99001/Observation?_count=-1", 400),
        ("/fhir/Z99001/Observation?_count=9999999999999999999999999", 400),
        ("/fhir/Z99001/Observation?_count=%D9%A3", 400),
        ("/fhir/Z99001/Observation?status=banana", 400),
        ("/fhir/Z99001/Observation?_after='; DROP TABLE entries", 400),
        ("/fhir/Z99001/DocumentReference", 400),
        ("/fhir/Z99001/Patient?identifier=9990000018' OR '1'='1", 200),
        ("/fhir/Z99001/Medication", 404),
    ],
)
def test_searches_that_make_no_sense_are_refused_as_fhir(
    gp: Callable[..., GpSystems], path: str, status: int
) -> None:
    reply = gp(practice()).ask("GET", path)
    assert reply.status_code == status
    if status == 400:
        assert reply.json()["resourceType"] == "OperationOutcome"
    if status == 200:
        assert "entry" not in reply.json(), "FHIR has no empty lists"


def test_the_control_plane_asks_for_its_token_and_the_record_does_not(gp: Callable[..., GpSystems]) -> None:
    here = gp(practice())
    here._session.headers["X-Admin-Token"] = "another"
    for verb in ("clock", "collect", "post", "work", "faults"):
        assert here.ask("POST", f"/admin/{verb}", b"{}").status_code == 403
    assert here.ask("GET", "/admin/counts").status_code == 403
    assert here.ask("GET", "/metadata").json()["resourceType"] == "CapabilityStatement"
    assert here.observations() == []


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{}", b'{"now": "noon"}', b"[" * 100_000, b'{"now": "2026-11-02T09:00:00Z", "x": 1}'),
        b'{"now": "2026-11-02T09:00:00Z", "then": ["post"]}',
    ],
)
def test_a_clock_that_is_none_is_refused(gp: Callable[..., GpSystems], body: bytes) -> None:
    assert gp(practice()).ask("POST", "/admin/clock", body).status_code == 422


def test_a_round_of_the_day_goes_with_the_clock(gp: Callable[..., GpSystems]) -> None:
    here = gp(practice())
    here.post(letter(1))
    here.admin("clock", {"now": "2026-11-03T18:00:00+00:00"})
    assert here.observations() == []
    here.admin("clock", {"now": "2026-11-03T18:00:00+00:00", "then": ["work"]})
    assert len(here.observations()) == 1


def test_the_clock_does_not_run_backwards(gp: Callable[..., GpSystems]) -> None:
    here = gp(practice())
    here.clock("2026-11-03T09:00")
    reply = here.ask("POST", "/admin/clock", b'{"now": "2026-11-02T09:00:00+00:00"}')
    assert (reply.status_code, "backwards" in reply.text) == (409, True)


def test_a_mesh_that_is_not_there_harms_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESH_SHARED_KEY", "a key")
    with ExitStack() as stack:
        here = World(tmp_path, stack, None)
        here._mesh_url = "http://127.0.0.1:9"
        systems = here.open(practice())
        systems.clock("2026-11-02T09:00")
        done = systems.admin("collect")
        assert (done["polled"], list(done["failed"])) == (1, ["Z99001"])
