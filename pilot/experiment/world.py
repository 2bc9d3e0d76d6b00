"""The world that one arm lives in, as files for its simulators: practices with their desks, mailboxes, workflows.

They hold throwaway passwords, so they are written to a folder that does not outlive the run.
"""

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pilot.evidence import Assumptions
from pilot.experiment.desk import desk_settings, joins
from pilot.experiment.practice_plan import Difference
from pilot.experiment.scenario import Scenario
from pilot.pipeline.entry import Route
from pilot.pipeline.mailbox import ACKNOWLEDGEMENTS, RECONCILIATION_ANSWERS, RECONCILIATIONS, WORKFLOWS


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
    takes_part: Path | None = None,
) -> WorldFiles:
    """Write one arm's files into `to`, and how each practice takes part, without secrets, to `takes_part`."""
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
    if takes_part is not None:
        _write(takes_part, [_takes_part(line) for line in practices])
    _write(
        files.mailboxes,
        [
            _mailbox(office_mailbox, office, office_password),
            *(
                _mailbox(line["mailbox_id"], line["ods"], line["mailbox_password"])
                for line in practices
                if line["mailbox_id"]
            ),
        ],
    )
    _write(files.workflows, _workflows(scenario, arm, office_mailbox, practices))
    return files


def _practices(
    scenario: Scenario, arm: str, seed: int, practices_file: Path, assumptions: Assumptions
) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in practices_file.read_text("utf-8").splitlines()]
    lines.sort(key=lambda line: str(line["ods"]))
    plan = scenario.practices
    ready = round(plan.ready_share * len(lines)) if arm == Route.CODED else 0
    differences = {difference.practice: difference for difference in plan.differences}
    for number, line in enumerate(lines, start=1):
        line["mailbox_id"] = f"{line['ods']}OT001"
        line["mailbox_password"] = secrets.token_hex(16)
        difference = differences.get(number)
        size = difference.changes.get("list_size", line["list_size"]) if difference else line["list_size"]
        desk = desk_settings(assumptions, practice=line["ods"], list_size=size, arm=arm, seed=seed)
        line["desk"] = desk | dict(plan.desk) | dict(difference.desk if difference else {})
        idle = bool(line["desk"]["never_done"])
        line["ready"] = number <= ready and joins(
            assumptions, practice=line["ods"], seed=seed, never_done=idle
        )
        line["rules"] = list(plan.rules) if line["ready"] else []
        if difference is not None:
            _differ(line, difference, [str(other["ods"]) for other in lines])
    return lines


def _takes_part(line: Mapping[str, Any]) -> dict[str, Any]:
    """What is no secret of a practice in this arm: for those who ask why its results went where they did."""
    plain = {name: line[name] for name in ("ods", "supplier", "ready", "rules")}
    return plain | {"types_letters": not line["desk"]["never_done"]}


def _differ(line: dict[str, Any], difference: Difference, codes: list[str]) -> None:
    """What this practice does otherwise than the others; what only messages bring about needs it to be ready."""
    line |= {name: value for name, value in difference.changes.items() if line["ready"] or name != "rules"}
    if not difference.mailbox:
        line["mailbox_id"] = line["mailbox_password"] = None
        line["ready"] = False
        line["rules"] = []
    if difference.merges_into is not None and difference.merges_on is not None:
        line["merger"] = {
            "into": codes[difference.merges_into - 1],
            "on": difference.merges_on.isoformat(),
            "mailbox_collected": difference.mailbox_collected,
        }


def _workflows(
    scenario: Scenario, arm: str, office_mailbox: str, practices: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    practices = [line for line in practices if line["mailbox_id"]]
    every = [str(line["mailbox_id"]) for line in practices]
    ready = [str(line["mailbox_id"]) for line in practices if line["ready"]]
    takes_pdf = Route.MESH_PDF in (arm, scenario.practices.fallback)
    return [
        {"workflow_id": WORKFLOWS[Route.CODED], "senders": [office_mailbox], "receivers": ready},
        {
            "workflow_id": WORKFLOWS[Route.MESH_PDF],
            "senders": [office_mailbox],
            "receivers": every if takes_pdf else [],
        },
        {"workflow_id": ACKNOWLEDGEMENTS, "senders": every, "receivers": [office_mailbox]},
        {"workflow_id": RECONCILIATIONS, "senders": [office_mailbox], "receivers": ready},
        {"workflow_id": RECONCILIATION_ANSWERS, "senders": every, "receivers": [office_mailbox]},
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
