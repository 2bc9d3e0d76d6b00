"""What a practice's system does with one message: a pure decision from values."""

from dataclasses import dataclass
from enum import StrEnum

from simulators.gp_system.bundle import Received
from simulators.gp_system.codes import known_concepts
from simulators.gp_system.desk_settings import Role
from simulators.gp_system.matching import Found, Match
from simulators.gp_system.practice import Rule
from simulators.gp_system.supplier import Action, Supplier, Unmatched


class Disposition(StrEnum):
    """What a business acknowledgement says became of the result."""

    FILED = "filed"
    AWAITING_REVIEW = "awaiting-review"
    NOT_FILED = "not-filed"


class TaskKind(StrEnum):
    """What people at the desk do; minutes are counted by it."""

    LETTER = "letters"
    REVIEW = "review"
    UNMATCHED = "unmatched"
    RULES = "rules"


@dataclass(frozen=True, slots=True)
class Decision:
    """`file`: enter it now, by `rule`. `task`: a person must look. `why` is for people, without patient data."""

    business_code: int
    disposition: Disposition
    why: str
    rule: Rule | None = None
    task: TaskKind | None = None
    role: Role = Role.CODER

    @property
    def enters_record(self) -> bool:
        return self.rule is not None and self.rule.action is Action.FILE


def decide(received: Received, match: Match, rule: Rule | None, supplier: Supplier) -> Decision:
    """The practice's answer. Order matters: who it is comes first, then whether a person must see it."""
    if match.found in (Found.UNKNOWN, Found.LEFT):
        code = 30002 if match.found is Found.UNKNOWN else 30003
        why = "nobody here matches" if match.found is Found.UNKNOWN else "no longer registered here"
        task = TaskKind.UNMATCHED if supplier.matching.unmatched is Unmatched.QUEUE else None
        return Decision(code, Disposition.NOT_FILED, why, task=task)
    if match.found is Found.DIFFERS:
        why = "number known, name or date of birth differs: a person compares them"
        return Decision(30001, Disposition.AWAITING_REVIEW, why, task=TaskKind.UNMATCHED)
    code = 30004 if match.found is Found.DECEASED else 30001
    reason = _why_a_person(received, match, rule, supplier)
    if reason is None:
        return Decision(code, Disposition.FILED, "filed by rule", rule=rule)
    role = Role.CLINICIAN if received.abnormal else Role.CODER
    return Decision(code, Disposition.AWAITING_REVIEW, reason, task=TaskKind.REVIEW, role=role)


def _why_a_person(received: Received, match: Match, rule: Rule | None, supplier: Supplier) -> str | None:
    """Why no rule may file it, or None where one may."""
    if rule is not None and rule.unguarded:
        return None
    if received.abnormal:
        return "an abnormal result: a clinician must see it"
    if match.found is Found.DECEASED:
        return "recently deceased: a person must see it"
    if (doubt := _doubt_about_code(received)) is not None:
        return f"{doubt}: a person must see it"
    if rule is None or received.outcome not in supplier.rules.takes:
        return "no rule takes this outcome: a person must see it"
    return None


def _doubt_about_code(received: Received) -> str | None:
    if received.code is None:
        return "without a code"
    if received.code not in known_concepts():
        return "a code this system does not know"
    if received.outcome is None:
        return "a code that says no outcome"
    return None
