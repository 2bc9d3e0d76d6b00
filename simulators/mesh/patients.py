"""Which practice a patient is registered with, for messages addressed by patient."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec
from stdnum.gb import nhs

from simulators.mesh import protocol
from simulators.mesh.jsonl import read_lines
from simulators.mesh.protocol import Failure

_TEN_DIGITS = re.compile(r"[0-9]{10}")


class Patient(msgspec.Struct, frozen=True):
    """One registration. `registered_to` None: still there."""

    nhs_number: str
    surname: str
    date_of_birth: date
    registered_from: date | None = None
    registered_to: date | None = None

    def covers(self, day: date) -> bool:
        after_start = self.registered_from is None or self.registered_from <= day
        return after_start and (self.registered_to is None or day < self.registered_to)


class Practice(msgspec.Struct, frozen=True):
    """One line of `practices.jsonl`; what else the line says is not MESH's business."""

    ods: str
    patients: tuple[Patient, ...] = ()


@dataclass(frozen=True, slots=True)
class PatientAddress:
    """`GPPROVIDER_<NHS number>_<yyyymmdd>_<surname>`, as the sender wrote it."""

    nhs_number: str
    born: str
    surname: str

    @classmethod
    def parse(cls, mex_to: str) -> "PatientAddress | None":
        """None where it is no address of this kind."""
        if not mex_to.startswith(protocol.GP_ROUTE):
            return None
        parts = mex_to.removeprefix(protocol.GP_ROUTE).split("_", 2)
        return cls(*parts) if len(parts) == 3 else None


class Registrations:
    """Who is registered where, by NHS number."""

    def __init__(self, practices: Iterable[Practice]) -> None:
        self._known: dict[str, list[tuple[str, Patient]]] = {}
        for practice in practices:
            for patient in practice.patients:
                self._known.setdefault(patient.nhs_number, []).append((practice.ods.strip().upper(), patient))

    def practice_of(self, address: PatientAddress, today: date) -> str | Failure:
        """The ODS code of the patient's practice; else why there is none to be had."""
        number = address.nhs_number
        if not _TEN_DIGITS.fullmatch(number) or not nhs.is_valid(number):
            return protocol.NHS_NUMBER_INVALID
        known = self._known.get(number)
        if not known:
            return protocol.NHS_NUMBER_NOT_FOUND
        matching = [(ods, patient) for ods, patient in known if _matches(address, patient)]
        if not matching:
            return protocol.DEMOGRAPHICS_DIFFER
        current = [ods for ods, patient in matching if patient.covers(today)]
        return current[0] if current else protocol.NO_MAILBOX


def load_registrations(path: Path | None) -> Registrations:
    """Raises UsageError."""
    return Registrations(read_lines(path, Practice) if path else ())


def _matches(address: PatientAddress, patient: Patient) -> bool:
    same_name = address.surname.casefold() == patient.surname.strip().casefold()
    return same_name and address.born == patient.date_of_birth.strftime("%Y%m%d")
