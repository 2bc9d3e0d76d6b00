"""The world that one arm lives in, as files for its simulators: practices with their desks, mailboxes, workflows.

They hold throwaway passwords, so they are written to a folder that does not outlive the run.
"""

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pilot.evidence import Assumptions, desk_settings
from pilot.experiment.scenario import Scenario
from pilot.pipeline.entry import Route
from pilot.pipeline.routing import ACKNOWLEDGEMENTS, WORKFLOWS


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the processes of one run share and nobody else knows."""

    shared_key: str
    admin_token: str
    office_password: str

    @classmethod
    def made(cls) -> "Secrets":
        return cls(*(secrets.token_hex(16) for _ in range(3)))

    def environment(self) -> Mapping[str, str]:
        return {"MESH_SHARED_KEY": self.shared_key, "SIMULATOR_ADMIN_TOKEN": self.admin_token}


@dataclass(frozen=True, slots=True)
class WorldFiles:
    """What the simulators of one arm are started with."""

    practices: Path
    mailboxes: Path
    workflows: Path
    office_mailbox: str


def write_world(
    scenario: Scenario,
    arm: str,
    seed: int,
    practices_file: Path,
    assumptions: Assumptions,
    office_password: str,
    to: Path,
) -> WorldFiles:
    """Write one arm's files into `to`."""
    office = scenario.generation.office.code
    office_mailbox = f"{office}OT001"
    practices = _practices(scenario, arm, seed, practices_file, assumptions)
    files = WorldFiles(
        to / f"practices-{arm}.jsonl",
        to / f"mailboxes-{arm}.jsonl",
        to / f"workflows-{arm}.jsonl",
        office_mailbox,
    )
    _write(files.practices, practices)
    _write(
        files.mailboxes,
        [
            _mailbox(office_mailbox, office, office_password),
            *(_mailbox(line["mailbox_id"], line["ods"], line["mailbox_password"]) for line in practices),
        ],
    )
    _write(files.workflows, _workflows(scenario, arm, office_mailbox, practices))
    return files


def _practices(
    scenario: Scenario, arm: str, seed: int, practices_file: Path, assumptions: Assumptions
) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in practices_file.read_text("utf-8").splitlines()]
    ready = {line["ods"] for line in sorted(lines, key=_ods)[: round(scenario.ready_share * len(lines))]}
    for line in lines:
        takes_messages = arm == Route.CODED and line["ods"] in ready
        line["mailbox_id"] = f"{line['ods']}OT001"
        line["mailbox_password"] = secrets.token_hex(16)
        line["ready"] = takes_messages
        line["rules"] = list(scenario.rules) if takes_messages else []
        line["desk"] = desk_settings(
            assumptions, practice=line["ods"], list_size=line["list_size"], arm=arm, seed=seed
        )
    return lines


def _ods(line: Mapping[str, Any]) -> str:
    return str(line["ods"])


def _workflows(
    scenario: Scenario, arm: str, office_mailbox: str, practices: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    every = [str(line["mailbox_id"]) for line in practices]
    ready = [str(line["mailbox_id"]) for line in practices if line["ready"]]
    takes_pdf = Route.MESH_PDF in (arm, scenario.fallback)
    return [
        {"workflow_id": WORKFLOWS[Route.CODED], "senders": [office_mailbox], "receivers": ready},
        {
            "workflow_id": WORKFLOWS[Route.MESH_PDF],
            "senders": [office_mailbox],
            "receivers": every if takes_pdf else [],
        },
        {"workflow_id": ACKNOWLEDGEMENTS, "senders": every, "receivers": [office_mailbox]},
    ]


def _mailbox(mailbox: str, ods: str, password: str) -> dict[str, Any]:
    return {
        "mailbox_id": mailbox,
        "mailbox_name": ods,
        "billing_entity": "England",
        "ods_code": ods,
        "org_code": ods,
        "password": password,
    }


def _write(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    path.touch(mode=0o600)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
