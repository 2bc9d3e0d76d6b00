"""The NHS's mesh-sandbox and this server answer alike, except where listed, and the list is in the docs.

Each case is a short conversation. It is held with mesh-sandbox, with this server, and with this server in
`--level sandbox`; what depends on chance (ids, times) is named away, and the transcripts are compared. A case
listed as different must differ, so that no entry outlives its reason.
"""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.simulators.mesh.conversations_alike import without_status_time
from tests.simulators.mesh.conversations_that_differ import DIFFERENT, STRICTER
from tests.simulators.mesh.mesh_server import KEY, RECIPIENT, SENDER, V1, V2, start_server
from tests.simulators.mesh.talk import CASES, Talk

DOCS = Path(__file__).parents[3] / "docs" / "mesh.md"

# -- holding the conversations


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    port = _free_port()
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "mesh_sandbox.api:app",
        "--port",
        str(port),
        "--log-level",
        "critical",
    ]
    environ = os.environ | {"SHARED_KEY": KEY, "AUTH_MODE": "full", "STORE_MODE": "memory"}
    process = subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            with socket.create_connection(("127.0.0.1", port)):
                break
        except OSError:
            time.sleep(0.1)
    yield url
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture(scope="module")
def ours() -> Iterator[str]:
    running = start_server()
    yield running.url
    running.stop()


@pytest.fixture(scope="module")
def compatible() -> Iterator[str]:
    running = start_server("--level", "sandbox")
    yield running.url
    running.stop()


def _transcript(url: str, tell: Callable[[Talk], None]) -> list[Any]:
    assert requests.delete(f"{url}/admin/reset", timeout=30, proxies={"http": ""}).status_code == 200
    talk = Talk(url)
    try:
        tell(talk)
    finally:
        talk.close()
    return talk.transcript


@pytest.mark.parametrize("name", sorted(CASES))
def test_we_answer_as_the_sandbox_does_except_where_listed(
    name: str, sandbox: str, ours: str, compatible: str
) -> None:
    tell = CASES[name]
    theirs = _transcript(sandbox, tell)
    if name in DIFFERENT | STRICTER:
        assert _transcript(ours, tell) != theirs
    else:
        assert _transcript(ours, tell) == theirs
    if name in DIFFERENT:
        assert _transcript(compatible, tell) != theirs
    else:
        assert _transcript(compatible, tell) == theirs


# -- conversations nobody thought of

_nth = st.integers(1, 4)
_acts = st.one_of(
    st.tuples(st.just("send"), st.binary(min_size=1, max_size=50), st.sampled_from([V1, V2]), st.booleans()),
    st.tuples(st.just("chunk"), _nth, st.integers(1, 3)),
    st.tuples(st.sampled_from(["list", "count"]), st.sampled_from([V1, V2])),
    st.tuples(st.sampled_from(["download", "head", "acknowledge", "track"]), _nth, st.sampled_from([V1, V2])),
)


def _act(talk: Talk, act: tuple[Any, ...]) -> None:
    match act:
        case "send", body, accept, chunked:
            headers = {"Mex_Chunk_Range": "1:3"} if chunked else {}
            talk.send(body, accept=accept, Mex_FileName="a", Mex_LocalID="mine", **headers)
        case "chunk", nth, number:
            talk.say(SENDER, "POST", f"/outbox/<{nth}>/{number}", b"more", V1, Mex_Chunk_Range=f"{number}:3")
        case "list", accept:
            talk.say(RECIPIENT, "GET", "/inbox", accept=accept)
        case "count", _:
            talk.say(RECIPIENT, "GET", "/count", accept=V1)
        case "download", nth, accept:
            talk.say(RECIPIENT, "GET", f"/inbox/<{nth}>", accept=accept)
        case "head", nth, _:
            talk.say(RECIPIENT, "HEAD", f"/inbox/<{nth}>")
        case "acknowledge", nth, accept:
            talk.say(RECIPIENT, "PUT", f"/inbox/<{nth}>/status/acknowledged", accept=accept)
        case "track", nth, accept:
            talk.say(SENDER, "GET", f"/outbox/tracking?messageID=<{nth}>", accept=accept)


@given(st.lists(_acts, max_size=14))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_conversation_goes_the_same_way(
    sandbox: str, compatible: str, acts: list[tuple[Any, ...]]
) -> None:
    def tell(talk: Talk) -> None:
        for act in acts:
            _act(talk, act)
        without_status_time(talk)

    theirs, mine = _transcript(sandbox, tell), _transcript(compatible, tell)
    # What errors say beside their status is compared above, case by case.
    short = [[(noted[0], noted[2] if noted[0] < 300 else None) for noted in talk] for talk in (theirs, mine)]
    assert short[0] == short[1]


def test_every_difference_is_in_the_docs() -> None:
    assert set(CASES) >= DIFFERENT | STRICTER
    section = (
        DOCS.read_text("utf-8").partition("answers otherwise than mesh-sandbox")[2].partition("\n## ")[0]
    )
    listed = set(re.findall(r"^\| `([a-z0-9-]+)` \|", section, re.MULTILINE))
    assert listed == DIFFERENT | STRICTER
