"""Is a practice's receiving the bottleneck? Messages a second, beside what the office's bare client needs for the same.

    python benchmarks/desk_receiving.py [--messages 500] [--practices 4]

MESH and the GP systems are processes of their own; the office here is the NHS's client and nothing more, so the real
pipeline, which also reads, checks and codes, can only be slower than the office measured here.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import requests
from mesh_client import MeshClient

from pilot.evidence import load_assumptions
from pilot.experiment.arm_setup import desk_settings

OFFICE, PASSWORD, KEY = "KXXOT001", "for-benchmarks", "a key"
GOLDEN = Path(__file__).parents[1] / "tests" / "golden" / "messages" / "result-normal.json"
PAGE = "JVBERi0xLjQK" * 250  # the size of a printed page


def process(stack: ExitStack, module: str, *options: str) -> tuple[str, int]:
    command = [sys.executable, "-m", module, "--port", "0", *options]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | {"MESH_SHARED_KEY": KEY})
    stack.callback(started.terminate)
    assert started.stdout
    return str(json.loads(started.stdout.readline())["url"]), started.pid


def lines(path: Path, *values: dict[str, Any]) -> str:
    path.write_text("".join(json.dumps(value) + "\n" for value in values))
    return str(path)


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def world(stack: ExitStack, folder: Path, names: list[str]) -> tuple[str, str, dict[str, int]]:
    """MESH and GP systems; their addresses and process ids."""
    mailboxes = [f"{ods}OT001" for ods in names]
    box = {"billing_entity": "England", "ods_code": "KXX", "org_code": "KXX", "password": PASSWORD}
    boxes = [box | {"mailbox_id": name, "mailbox_name": name} for name in (OFFICE, *mailboxes)]
    flows = [
        {"workflow_id": "BREAST_SCREENING_RESULT", "senders": [OFFICE], "receivers": mailboxes},
        {"workflow_id": "BREAST_SCREENING_RESULT_ACK", "senders": mailboxes, "receivers": [OFFICE]},
    ]
    options = ["--mailboxes", lines(folder / "boxes", *boxes), "--workflows", lines(folder / "flows", *flows)]
    mesh, mesh_pid = process(
        stack, "simulators.mesh", "--level", "strict", "--db", str(folder / "mesh.sqlite"), *options
    )
    file = lines(folder / "practices.jsonl", *(practice(ods) for ods in names))
    db = str(folder / "gp.sqlite")
    gp, gp_pid = process(stack, "simulators.gp_system", "--db", db, "--practices", file, "--mesh-url", mesh)
    return mesh, gp, {"MESH": mesh_pid, "GP systems": gp_pid}


def practice(ods: str) -> dict[str, Any]:
    who = {
        "nhs_number": "9990000018",
        "surname": "DE'ATH-O'NEIL",
        "forename": "ZOË ŁUCJA",
        "date_of_birth": "1961-05-04",
    }
    return {
        "ods": ods,
        "name": ods,
        "supplier": "emis",
        "list_size": 10_400,
        "patients": [who | {"registered_from": "2001-04-01"}],
        "mailbox_id": f"{ods}OT001",
        "mailbox_password": PASSWORD,
        "ready": True,
        "rules": ["normal"],
        "desk": desk_settings(load_assumptions(), practice=ods, list_size=10_400, seed=1),
    }


def payloads(number: int, names: list[str]) -> list[tuple[str, bytes]]:
    """Practice and message, one practice after the other."""
    text = GOLDEN.read_text("utf-8").replace("(the page)", PAGE)
    old_id, old_number = "3f0c5a52-7d0e-4c5b-9a39-0f6f7f3f6a11", "KXX049443"
    made = []
    for place in range(number):
        ods = names[place % len(names)]
        body = text.replace(old_id, str(uuid.UUID(int=place + 1))).replace(old_number, f"KXX{place:06}")
        made.append((ods, body.replace("Z99001", ods).encode()))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--messages", type=int, default=500, help="at most 500 a practice: a poll takes no more"
    )
    parser.add_argument("--practices", type=int, default=4)
    given = parser.parse_args()
    number, names = given.messages, [f"Z{place:05}" for place in range(given.practices)]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        mesh, gp, pids = world(stack, folder, names)
        office = stack.enter_context(MeshClient(mesh, OFFICE, PASSWORD, shared_key=KEY.encode()))
        control = stack.enter_context(requests.Session())
        office._session.trust_env = control.trust_env = False
        bodies = payloads(number, names)

        began, office_cpu = time.perf_counter(), time.process_time()
        for ods, body in bodies:
            office.send_message(
                f"{ods}OT001", body, workflow_id="BREAST_SCREENING_RESULT", local_id=str(uuid.uuid4())
            )
        sent = time.perf_counter() - began

        before, began = cpu_seconds(pids["GP systems"]), time.perf_counter()
        reply = control.post(f"{gp}/admin/collect", timeout=600)
        reply.raise_for_status()
        received = time.perf_counter() - began
        practice_cpu = cpu_seconds(pids["GP systems"]) - before
        collected = reply.json()["collected"]

        began = time.perf_counter()
        for message in office.iterate_all_messages():
            message.read()
            message.acknowledge()
            message.close()
        settled = time.perf_counter() - began
        office_cpu = time.process_time() - office_cpu

    both = sent / number + settled / collected
    print(f"{collected} of {number} messages collected in one poll by {len(names)} practices")
    print(f"office sends            {number / sent:6.0f} messages/s")
    print(f"office takes answers    {collected / settled:6.0f} messages/s  (two answers each)")
    print(
        f"office, both ways       {1 / both:6.0f} messages/s  {1e3 * office_cpu / number:5.2f} ms of processor each"
    )
    print(
        f"practices receive       {collected / received:6.0f} messages/s  {1e3 * practice_cpu / collected:5.2f} ms"
    )


if __name__ == "__main__":
    main()
