"""A real MESH simulator in a process of its own, with an office and two practices on it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from pilot.experiment.processes import Simulator
from pilot.messages import PAYLOADS
from pilot.pipeline.mailbox import Mailbox
from pilot.pipeline.settings import MeshSettings

OFFICE, PRACTICE, OTHER = "KXXOT001", "A91001OT001", "A91002OT001"
PASSWORD, KEY, TOKEN = "a password for tests", "a key for tests", "a token for tests"
ODS = {OFFICE: "KXX", PRACTICE: "A91001", OTHER: "A91002"}


@dataclass(frozen=True)
class MeshProcess:
    """The running server. `settings` are the office's."""

    simulator: Simulator
    settings: MeshSettings

    def faults(self, *faults: dict[str, Any]) -> None:
        """Replace the faults in force."""
        self._admin("faults", list(faults))

    def clock(self, now: str) -> None:
        self._admin("clock", {"now": now})

    def _admin(self, path: str, body: Any) -> None:
        with requests.Session() as session:
            session.trust_env = False
            reply = session.post(
                f"{self.simulator.url}/admin/{path}", json=body, headers={"X-Admin-Token": TOKEN}, timeout=30
            )
            reply.raise_for_status()

    def of(self, mailbox: str) -> Mailbox:
        """Another party's mailbox, spoken to with the same client."""
        return Mailbox(MeshSettings(self.simulator.url, mailbox, PASSWORD, KEY))


@contextmanager
def mesh_process(
    folder: Path,
    *options: str,
    certificate: Path | None = None,
    key: Path | None = None,
    ca: Path | None = None,
) -> Iterator[MeshProcess]:
    """Start it with its files in `folder`; further options are the server's."""
    mailboxes = [
        {"mailbox_id": name, "mailbox_name": ods, "billing_entity": "England", "ods_code": ods}
        | {"org_code": ods, "password": PASSWORD}
        for name, ods in ODS.items()
    ]
    practices = [PRACTICE, OTHER]
    workflows: list[dict[str, Any]] = [
        {"workflow_id": payload.workflow, "senders": [OFFICE], "receivers": practices}
        for payload in PAYLOADS.values()
    ]
    for answers in {payload.answers for payload in PAYLOADS.values()}:
        workflows.append({"workflow_id": answers, "senders": practices, "receivers": [OFFICE]})
    workflows.append({"workflow_id": "SOMETHING_ELSE", "senders": practices, "receivers": [OFFICE]})
    for name, lines in (("mailboxes", mailboxes), ("workflows", workflows)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    arguments = [
        "--mailboxes",
        str(folder / "mailboxes.jsonl"),
        "--workflows",
        str(folder / "workflows.jsonl"),
    ]
    secrets = {"MESH_SHARED_KEY": KEY, "SIMULATOR_ADMIN_TOKEN": TOKEN}
    with Simulator(
        "simulators.mesh", ["--level", "strict", *arguments, *options], secrets, folder / "mesh.log"
    ) as simulator:
        yield MeshProcess(simulator, MeshSettings(simulator.url, OFFICE, PASSWORD, KEY, certificate, key, ca))
