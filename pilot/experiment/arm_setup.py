"""What one arm's simulators are set up with, as their files: practices with their desks, mailboxes, workflows.

The working numbers of a practice's desk come from the evidence: values only, in the words of docs/gp-system.md.

They hold throwaway passwords, so they are written to a folder that does not outlive the run.
"""

import json
import math
import secrets
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from pilot.domain.arm import ARMS
from pilot.domain.outcome import Outcome
from pilot.evidence import Assumption, Assumptions
from pilot.experiment.plan import Difference
from pilot.experiment.scenario import Scenario
from pilot.messages import PAYLOADS
from pilot.pipeline.entry import Route
from pilot.pipeline.mailbox import RECONCILIATION_ANSWERS, RECONCILIATIONS


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the processes of one run share and nobody else knows."""

    shared_key: str
    admin_token: str
    office_password: str

    @classmethod
    def made(cls) -> "Secrets":
        """New ones, at random."""
        return cls(*(secrets.token_hex(16) for _ in range(3)))

    def environment(self) -> Mapping[str, str]:
        """As the simulators read them."""
        return {"MESH_SHARED_KEY": self.shared_key, "SIMULATOR_ADMIN_TOKEN": self.admin_token}


@dataclass(frozen=True, slots=True)
class SetupFiles:
    """What the simulators of one arm are started with."""

    practices: Path
    mailboxes: Path
    workflows: Path
    office_mailbox: str


@dataclass(frozen=True, slots=True)
class ArmSetup:
    """One arm's set-up as the simulators' own lines: practices with their desks, and what MESH has registered."""

    office: str
    practices: tuple[dict[str, Any], ...]
    workflows: tuple[dict[str, Any], ...]

    @property
    def office_mailbox(self) -> str:
        """The office's mailbox at MESH."""
        return f"{self.office}OT001"

    def mailboxes(self, office_password: str) -> list[dict[str, Any]]:
        """Mailboxes as MESH reads them: the office's, and one for each practice that has one."""
        return [
            _mailbox(self.office_mailbox, self.office, office_password),
            *(
                _mailbox(line["mailbox_id"], line["ods"], line["mailbox_password"])
                for line in self.practices
                if line["mailbox_id"]
            ),
        ]

    def takes_part(self) -> list[bytes]:
        """How each practice takes part, without secrets."""
        return [json.dumps(_takes_part(line)).encode() for line in self.practices]

    def write(self, arm: str, office_password: str, to: Path) -> SetupFiles:
        """Write the simulators' files into `to`, and say where each is."""
        files = SetupFiles(
            to / f"practices-{arm}.jsonl",
            to / f"mailboxes-{arm}.jsonl",
            to / f"workflows-{arm}.jsonl",
            self.office_mailbox,
        )
        _write(files.practices, self.practices)
        _write(files.mailboxes, self.mailboxes(office_password))
        _write(files.workflows, self.workflows)
        return files


def setup_of(
    scenario: Scenario, arm: str, seed: int, practice_lines: Iterable[bytes], assumptions: Assumptions
) -> ArmSetup:
    """The set-up of one arm. `practice_lines` are the generator's practices.jsonl."""
    practices = _practices(scenario, arm, seed, practice_lines, assumptions)
    office = scenario.generation.office.code
    return ArmSetup(office, tuple(practices), tuple(_workflows(scenario, arm, f"{office}OT001", practices)))


def _practices(
    scenario: Scenario, arm: str, seed: int, practice_lines: Iterable[bytes], assumptions: Assumptions
) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = [json.loads(line) for line in practice_lines]
    lines.sort(key=lambda line: str(line["ods"]))
    plan = scenario.practices
    suppliers = [str(line["supplier"]) for line in lines]
    joining = (
        plan.joins_on(suppliers, _lots(seed, len(lines))) if ARMS[arm].filed_by_rule else (None,) * len(lines)
    )
    differences = {difference.practice: difference for difference in plan.differences}
    for number, line in enumerate(lines, start=1):
        line["mailbox_id"] = f"{line['ods']}OT001"
        line["mailbox_password"] = secrets.token_hex(16)
        line["takes"] = Route.CODED
        difference = differences.get(number)
        size = difference.changes.get("list_size", line["list_size"]) if difference else line["list_size"]
        desk = desk_settings(assumptions, practice=line["ods"], list_size=size, seed=seed)
        line["desk"] = desk | dict(plan.desk) | dict(difference.desk if difference else {})
        idle = bool(line["desk"]["never_done"])
        first = joining[number - 1]
        line["ready"] = first is not None and joins(
            assumptions, practice=line["ods"], seed=seed, never_done=idle
        )
        line["rules"] = list(plan.rules) if line["ready"] else []
        if line["ready"] and first is not None and first > date.min:
            line["joins_on"] = line["ready_from"] = first.isoformat()
        if difference is not None:
            _differ(line, difference, [str(other["ods"]) for other in lines])
    return lines


def _lots(seed: int, practices: int) -> list[int]:
    """The order in which waves draw practices: by lot, so that a wave is like any other."""
    drawn = np.random.default_rng([seed, zlib.crc32(b"waves")]).permutation(practices)
    return [int(number) for number in drawn]


def _takes_part(line: Mapping[str, Any]) -> dict[str, Any]:
    """What is no secret of a practice in this arm: for those who ask why its results went where they did."""
    plain = {name: line[name] for name in ("ods", "supplier", "ready", "rules")}
    joins_on = {"joins_on": line["joins_on"]} if "joins_on" in line else {}
    return plain | joins_on | {"types_letters": not line["desk"]["never_done"]}


def _differ(line: dict[str, Any], difference: Difference, codes: list[str]) -> None:
    """What this practice does otherwise than the others; what only messages bring about needs it to be ready."""
    line |= {name: value for name, value in difference.changes.items() if line["ready"] or name != "rules"}
    line["takes"] = difference.takes or line["takes"]
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
    """Who may send and receive what. A ready practice takes one payload, and every practice its fallback's or arm's."""
    practices = [line for line in practices if line["mailbox_id"]]
    every = [str(line["mailbox_id"]) for line in practices]
    takers = {
        route: every
        if route in (arm, scenario.practices.fallback) and route != Route.CODED
        else [str(line["mailbox_id"]) for line in practices if line["ready"] and line["takes"] == route]
        for route in PAYLOADS
    }
    answers = dict.fromkeys(payload.answers for payload in PAYLOADS.values())
    ready = [str(line["mailbox_id"]) for line in practices if line["ready"]]
    return [
        *(
            {"workflow_id": payload.workflow, "senders": [office_mailbox], "receivers": takers[route]}
            for route, payload in PAYLOADS.items()
        ),
        *({"workflow_id": name, "senders": every, "receivers": [office_mailbox]} for name in answers),
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


_OPENS = time(9, 0)
_CLINICIAN_STARTS = time(12, 30)

Habit = dict[str, list[dict[str, Any]]]

# Concepts seen in practices' records (design history 2026-04 and public code lists); None: text alone.
_NORMAL = ("171175005", "Breast neoplasm screening normal")
_NORMAL_TOO = ("168749009", "Mammography normal")
_ABNORMAL = ("171176006", "Breast neoplasm screening abnormal")
_ABNORMAL_TOO = ("168750009", "Mammography abnormal")
_SCREENED = ("268547008", "Screening for malignant neoplasm of breast")
_ABSENT = ("281399006", "Did not attend")


def _in_words(outcome: str) -> tuple[None, str]:
    """An entry of text alone, as people type one."""
    return None, f"Breast screening: {outcome.replace('_', ' ')}"


_USUAL: dict[str, tuple[tuple[str | None, str], tuple[str | None, str]]] = {
    "recall_for_assessment": (_ABNORMAL, _ABNORMAL_TOO),
    "did_not_attend": (_ABSENT, _in_words("did_not_attend")),
    "declined": (("12275351000119103", "Breast cancer screening declined"), _in_words("declined")),
    "not_eligible": (("27865001", "Bilateral mastectomy"), _in_words("not_eligible")),
    "attended_not_screened": (
        _in_words("attended_not_screened"),
        ("473396004", "Attended breast screening clinic"),
    ),
}


def desk_settings(
    assumptions: Assumptions,
    *,
    practice: str,
    list_size: int,
    seed: int,
    closed_on: Iterable[date] = (),
) -> dict[str, Any]:
    """The `desk` object of one line of practices.jsonl (keys and units: docs/gp-system.md).

    What differs between practices (habit, backlog, error rate, whether results are worked at all) is drawn
    from the evidence by `seed` and `practice` alone, so that the same practice is the same in every arm.
    """
    rng = np.random.default_rng([seed, zlib.crc32(practice.encode())])
    # Drawn in one fixed order, so that no later change of one setting moves another.
    never_done = bool(rng.random() >= assumptions["share_worked_today"].mean)
    code_trouble = _one(assumptions, "wrong_or_absent_code", rng)
    backlog_days = _one(assumptions, "backlog_days", rng)
    margin = _one(assumptions, "desk_margin", rng)
    mail = _one(assumptions, "background_mail_a_day", rng) * list_size / assumptions["mean_list_size"].value
    second_code = bool(rng.random() < assumptions["second_normal_code"].mean)
    usual_share = _one(assumptions, "usual_code_share", rng)
    speed = _one(assumptions, "typing_speed_between_practices", rng)
    speed /= assumptions[
        "typing_speed_between_practices"
    ].mean  # the mean over practices stays the evidence's
    reviews = bool(rng.random() < assumptions["idle_practice_reviews"].mean)

    absence = assumptions["absence"].mean
    mail_minutes = mail * assumptions["background_minutes"].mean
    clinician = (
        assumptions["clinician_desk_minutes_a_day"].mean * list_size / assumptions["mean_list_size"].value
    )
    longest = assumptions["longest_desk_shift_minutes"].value
    absent = assumptions["absent_share"].mean
    unmatched = assumptions["unmatched_minutes"]
    saved = assumptions["electronic_saving_minutes"].mean
    return {
        "seed": seed,
        "opens_on": [1, 2, 3, 4, 5],
        "closed_on": [day.isoformat() for day in sorted(closed_on)],
        "post_opened_at": "09:30",
        "staff": _shifts("coder", _OPENS, mail_minutes * margin / (1 - absence), absence, longest)
        + _shifts("clinician", _CLINICIAN_STARTS, clinician, absence, longest),
        "pile_order": "first_in_first_out",
        "background_mail_per_day": round(mail, 2),
        "background_minutes": _spread(assumptions["background_minutes"]),
        "backlog_minutes": round(backlog_days * mail_minutes, 1),
        "minutes_per_letter": _spread(assumptions["minutes_a_result"], times=speed),
        "minutes_per_document": _spread(assumptions["minutes_a_result"], less=saved, times=speed),
        "lost_in_post_rate": assumptions["lost_post"].mean,
        "never_done": never_done,
        "reviews_messages": reviews or not never_done,
        "missed_rate": code_trouble * absent,
        "wrong_code_rate": code_trouble * (1 - absent),
        "wrong_person_rate": assumptions["wrong_person"].mean,
        "typed_twice_rate": assumptions["typed_twice"].mean,
        "keying_error_rate": assumptions["keying_error_a_field"].mean,
        "coding_habit": _coding_habit(second_code, usual_share),
        "wrong_code_habit": _wrong_code_habit(assumptions["wrong_code_opposite"].mean),
        "review_minutes": _spread(assumptions["coder_review_minutes"]),
        "clinician_review_minutes": _spread(assumptions["clinician_review_minutes"]),
        "review_slip_rate": assumptions["review_slip"].mean,
        "unmatched_minutes": {"low": unmatched.low, "high": unmatched.high},
        "rules_setup_minutes": round(assumptions["rules_setup_minutes"].mean, 4),
    }


def _one(assumptions: Assumptions, name: str, rng: np.random.Generator) -> float:
    return float(assumptions[name].draw(rng, 1)[0])


def _spread(assumption: Assumption, less: float = 0.0, times: float = 1.0) -> dict[str, float]:
    """A PERT's three points, each `less` minutes shorter but never under a tenth of a minute, `times` as long."""
    points = {"low": assumption.low, "mode": assumption.value, "high": assumption.high}
    return {name: round(max(0.1, minutes - less) * times, 4) for name, minutes in points.items()}


def joins(assumptions: Assumptions, *, practice: str, seed: int, never_done: bool) -> bool:
    """Whether a practice that could take messages does: one that does nothing on paper joins as the evidence says."""
    drawn = np.random.default_rng([seed, zlib.crc32(f"joins|{practice}".encode())]).random()
    return not never_done or bool(drawn < assumptions["idle_practice_joins"].mean)


def _shifts(role: str, starts: time, minutes: float, absence: float, longest: float) -> list[dict[str, Any]]:
    """Enough people of one role for so many minutes a day, none for longer than the `longest` shift."""
    people = max(1, math.ceil(minutes / longest))
    ends = datetime.combine(date.min, starts) + timedelta(minutes=max(1, round(minutes / people)))
    person = {"role": role, "starts": f"{starts:%H:%M}", "ends": f"{ends:%H:%M}", "absence_rate": absence}
    return [dict(person) for _ in range(people)]


def _coding_habit(second_code: bool, usual_share: float) -> Habit:
    normal = (_NORMAL_TOO, _NORMAL) if second_code else (_NORMAL, _NORMAL_TOO)
    habit = {outcome: _two(usual, other, usual_share) for outcome, (usual, other) in _USUAL.items()}
    habit["normal"] = _two(*normal, usual_share)
    return {outcome.value: [_concept(*_in_words(outcome), 1.0)] for outcome in Outcome} | habit


def _wrong_code_habit(opposite: float) -> Habit:
    """What a wrong code turns out to be: abnormal for mere attendance, the procedure instead of its result."""
    return {
        "normal": [_concept(*_ABNORMAL, opposite), _concept(*_SCREENED, 1 - opposite)],
        "recall_for_assessment": [_concept(*_NORMAL, opposite), _concept(*_SCREENED, 1 - opposite)],
        "*": [_concept(*_NORMAL, opposite), _concept(*_SCREENED, 1 - opposite)],
    }


def _two(
    usual: tuple[str | None, str], other: tuple[str | None, str], usual_share: float
) -> list[dict[str, Any]]:
    share = round(usual_share, 4)
    other_too = [_concept(*other, 1 - share)] if share < 1 else []
    return [_concept(*usual, share), *other_too]


def _concept(code: str | None, term: str, weight: float) -> dict[str, Any]:
    return {"code": code, "term": term, "weight": round(weight, 4)}
