"""What a practice's system does with one message: whose result it is, then what becomes of it. Pure, from values."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from simulators.gp_system.desk.settings import Role
from simulators.gp_system.outcomes import known_concepts
from simulators.gp_system.practice import Patient, Rule
from simulators.gp_system.receiving.payload import Disposition, Received
from simulators.gp_system.supplier import Action, MatchKey, Supplier, Unmatched


class Found(StrEnum):
    """What the list says about the person a message names."""

    KNOWN = "known"
    DIFFERS = "differs"  # the number is here, but name or date of birth is another
    UNKNOWN = "unknown"
    LEFT = "left"
    DECEASED = "deceased"


@dataclass(frozen=True, slots=True)
class Match:
    """`patient` is None only where nobody at the practice has the number."""

    found: Found
    patient: Patient | None = None


def match(received: Received, patient: Patient | None, keys: Iterable[MatchKey], today: date) -> Match:
    """Match against `patient`, whom the practice has under the message's NHS number, if anybody.

    Where neither name nor date of birth agrees, the number belongs to somebody else: unknown.
    """
    if patient is None or patient.registered_from > today:  # not yet on the list
        return Match(Found.UNKNOWN)
    surname = same_name(received.surname, patient.surname)
    born = received.date_of_birth == patient.date_of_birth
    if not surname and not born:
        return Match(Found.UNKNOWN)
    if (MatchKey.SURNAME in keys and not surname) or (MatchKey.DATE_OF_BIRTH in keys and not born):
        return Match(Found.DIFFERS, patient)
    if patient.died_on is not None and patient.died_on <= today:
        return Match(Found.DECEASED, patient)
    if patient.registered_to is not None and patient.registered_to <= today:
        return Match(Found.LEFT, patient)
    return Match(Found.KNOWN, patient)


def a_person_would_agree(received: Received, patient: Patient, today: date) -> bool:
    """Whether a coder with both in front of them takes two that differ in one key for the same person.

    The forename must agree as well: a new surname is a marriage, another birthday a slip of the keyboard.
    """
    return registered(patient, today) and same_name(received.forename, patient.forename)


def registered(patient: Patient, today: date) -> bool:
    """Whether she is on this practice's list on that day."""
    return patient.registered_from <= today and (
        patient.registered_to is None or patient.registered_to > today
    )


def same_name(one: str, other: str) -> bool:
    """Equal but for case, accents, hyphens, apostrophes and spaces."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in plain if letter.isalnum()).casefold()


class TaskKind(StrEnum):
    """What people at the desk do; minutes are counted by it."""

    LETTER = "letters"  # on paper
    DOCUMENT = "documents"  # the same on a screen: by email, or as a PDF over MESH
    REVIEW = "review"
    UNMATCHED = "unmatched"
    RULES = "rules"


@dataclass(frozen=True, slots=True)
class FilingDecision:
    """`file`: enter it now, by `rule`. `task`: a person must look. `why` is for people, without patient data."""

    business_code: int
    disposition: Disposition
    why: str
    rule: Rule | None = None
    task: TaskKind | None = None
    role: Role = Role.CODER

    @property
    def enters_record(self) -> bool:
        """Whether a rule files it, and nobody need look."""
        return self.rule is not None and self.rule.action is Action.FILE


def decide(received: Received, match: Match, rule: Rule | None, supplier: Supplier) -> FilingDecision:
    """The practice's answer. Order matters: who it is comes first, then whether a person must see it."""
    if match.found in (Found.UNKNOWN, Found.LEFT):
        code = 30002 if match.found is Found.UNKNOWN else 30003
        why = "nobody here matches" if match.found is Found.UNKNOWN else "no longer registered here"
        task = TaskKind.UNMATCHED if supplier.matching.unmatched is Unmatched.QUEUE else None
        return FilingDecision(code, Disposition.NOT_FILED, why, task=task)
    if match.found is Found.DIFFERS:
        why = "number known, name or date of birth differs: a person compares them"
        return FilingDecision(30001, Disposition.AWAITING_REVIEW, why, task=TaskKind.UNMATCHED)
    code = 30004 if match.found is Found.DECEASED else 30001
    reason = _why_a_person(received, match, rule, supplier)
    if reason is None:
        return FilingDecision(code, Disposition.FILED, "filed by rule", rule=rule)
    role = Role.CLINICIAN if received.abnormal else Role.CODER
    return FilingDecision(code, Disposition.AWAITING_REVIEW, reason, task=TaskKind.REVIEW, role=role)


def _why_a_person(received: Received, match: Match, rule: Rule | None, supplier: Supplier) -> str | None:
    """Why no rule may file it, or None where one may."""
    if rule is not None and rule.unguarded and not received.document:
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
    if received.document:
        return "a document, which no rule looks into"
    if received.code is None:
        return "without a code"
    if received.code not in known_concepts():
        return "a code this system does not know"
    if received.outcome is None:
        return "a code that says no outcome"
    return None
