"""Whose result is it? Number, date of birth and surname against the practice's own list."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from simulators.gp_system.bundle import Received
from simulators.gp_system.practice import Patient
from simulators.gp_system.supplier import MatchKey


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
