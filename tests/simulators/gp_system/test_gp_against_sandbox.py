"""The practices' side of MESH against the NHS's own sandbox, so that it is not fitted to our MESH alone."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from mesh_client import MeshClient

from tests.simulators.gp_system.gp_office import answer_in, body, result
from tests.simulators.gp_system.gp_running import World
from tests.simulators.gp_system.gp_world import KEY, NUMBERS, practice

OFFICE, PRACTICE, PASSWORD = "X26ABC1", "X26ABC2", "password"  # the sandbox's own

pytestmark = pytest.mark.slow


@pytest.fixture
def sandbox() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "mesh_sandbox.api:app", "--port", str(port)]
    environ = os.environ | {"SHARED_KEY": KEY, "AUTH_MODE": "full", "STORE_MODE": "memory"}
    process = subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    for _ in range(300):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            break
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(timeout=20)


def test_results_are_collected_filed_and_answered(
    sandbox: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESH_SHARED_KEY", KEY)
    with ExitStack() as stack:
        office = stack.enter_context(MeshClient(sandbox, OFFICE, PASSWORD, shared_key=KEY.encode()))
        office._session.trust_env = False
        here = World(tmp_path, stack, sandbox)
        gp = here.open(practice(mailbox_id=PRACTICE, mailbox_password=PASSWORD))
        gp.clock("2026-11-02T09:00")
        for payload in (body(result(0)), b"not a message", body(result(1, "recall_for_assessment"))):
            office.send_message(
                PRACTICE, payload, workflow_id="BREAST_SCREENING_RESULT", local_id="a-local-id"
            )
        gp.admin("collect")
        gp.at("2026-11-02T13:00", "work")
        subjects = {entry["subject"]["identifier"]["value"] for entry in gp.observations()}
        assert subjects == set(NUMBERS[:2])
        answers = [answer_in(message.read()) for message in office.iterate_all_messages()]
    said = [(answer.code, answer.disposition) for answer in answers]
    assert said == [
        ("20013", None),
        ("30001", "filed"),
        ("20009", None),
        ("20013", None),
        ("30001", "awaiting-review"),
        ("30001", "filed"),
    ]
