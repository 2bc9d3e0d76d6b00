"""The record: who is registered where, and what is entered for whom, by whom and from what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from simulators.gp_system.outcomes import known_concepts
from simulators.gp_system.practice import Patient, Practice
from simulators.gp_system.receiving.payload import Received
from simulators.gp_system.store import Row, Store
from simulators.gp_system.supplier import Keeps, Kept

FINAL: Final = "final"
IN_ERROR: Final = "entered-in-error"
PRELIMINARY: Final = "preliminary"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be entered. `source`: `mesh:<message id>` or `post:<file>#<page>/<record>`."""

    practice: str
    nhs_number: str
    screening_number: str
    code: str | None
    term: str
    text: str
    effective: date | None
    issued: datetime
    source: str
    entered_by: str
    status: str = FINAL
    visible_at: datetime | None = None
    question: str | None = None
    question_term: str = ""
    interpretation: str | None = None


def entry_from(
    received: Received,
    practice: str,
    nhs_number: str,
    entered_by: str,
    now: datetime,
    kept: Kept,
    replaced: str | None = None,
) -> Entry:
    """The entry a message becomes: what this supplier keeps of it, unless a rule has `replaced` its concept."""
    known = known_concepts().get(replaced or "")
    asked = kept.keeps in (Keeps.QUESTION, Keeps.BOTH)
    found = kept.keeps in (Keeps.VALUE, Keeps.BOTH)
    code = replaced or (received.code if found else None)
    return Entry(
        practice=practice,
        nhs_number=nhs_number,
        screening_number=received.screening_number,
        code=code,
        term=known.term if known else received.term if code else "",
        text=received.text,
        effective=received.effective,
        issued=now,
        source=f"mesh:{received.message_id}",
        entered_by=entered_by,
        visible_at=now,
        question=received.question if asked else None,
        question_term=received.question_term if asked else "",
        interpretation=received.interpretation if kept.interpretation else None,
    )


class Record:
    """Patients and entries of every practice in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def register(self, practice: Practice) -> None:
        """Take a practice and its list in. Patients already there keep what the run has done to them."""
        with self._store.transaction():
            self._store.write(
                "INSERT OR REPLACE INTO practices VALUES (?, ?, ?, ?)",
                (practice.ods, practice.name, practice.supplier, practice.list_size),
            )
            self._store.write_all(
                "INSERT OR IGNORE INTO patients VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                ((practice.ods, *_columns(patient)) for patient in practice.patients),
            )

    def practices(self) -> list[dict[str, str | int]]:
        """Every practice, with how many patients its list has ever held."""
        rows = self._store.rows(
            "SELECT ods, name, supplier, list_size,"
            " (SELECT count(*) FROM patients WHERE practice = ods) AS patients FROM practices ORDER BY ods"
        )
        return [dict(row) for row in rows]

    def patient(self, practice: str, nhs_number: str) -> Patient | None:
        """Her row at that practice, registered or left; None where she never was."""
        row = self._store.row(
            "SELECT * FROM patients WHERE practice = ? AND nhs_number = ?", (practice, nhs_number)
        )
        return None if row is None else _patient(row)

    def by_name(self, practice: str, surname: str, forename: str, born: date) -> Patient | None:
        """The patient a person finds who looks by name and date of birth."""
        row = self._store.row(
            "SELECT * FROM patients WHERE practice = ? AND surname = ? AND forename = ? AND date_of_birth = ?",
            (practice, surname, forename, born.isoformat()),
        )
        return None if row is None else _patient(row)

    def mistakable_for(self, practice: str, patient: Patient) -> list[Patient]:
        """Whom she could be taken for: her namesakes, else the same surname, else her neighbours in the list."""
        same_surname = self._store.rows(
            "SELECT * FROM patients WHERE practice = ? AND surname = ? AND nhs_number <> ? ORDER BY nhs_number",
            (practice, patient.surname, patient.nhs_number),
        )
        namesakes = [row for row in same_surname if row["forename"] == patient.forename]
        rows = namesakes or same_surname or self._neighbours(practice, patient.surname)
        return [_patient(row) for row in rows]

    def _neighbours(self, practice: str, surname: str) -> Sequence[Row]:
        after = "SELECT * FROM patients WHERE practice = ? AND surname > ? ORDER BY surname, forename LIMIT 1"
        before = (
            "SELECT * FROM patients WHERE practice = ? AND surname < ? "
            "ORDER BY surname DESC, forename DESC LIMIT 1"
        )
        return [*self._store.rows(before, (practice, surname)), *self._store.rows(after, (practice, surname))]

    def move_patients(self, practice: str, into: str, on: date) -> int:
        """A merger: everybody on the list leaves on that day and is registered at the other practice."""
        with self._store.transaction():
            self._store.write(
                "INSERT OR IGNORE INTO patients SELECT ?, nhs_number, surname, forename, title, date_of_birth, ?,"
                " registered_to, died_on FROM patients WHERE practice = ?"
                " AND (registered_to IS NULL OR registered_to > ?)",
                (into, on.isoformat(), practice, on.isoformat()),
            )
            return self._store.write(
                "UPDATE patients SET registered_to = ? WHERE practice = ?"
                " AND (registered_to IS NULL OR registered_to > ?)",
                (on.isoformat(), practice, on.isoformat()),
            )

    def enter(self, entry: Entry) -> None:
        """One entry more in her record."""
        self._store.write(
            "INSERT INTO entries (practice, nhs_number, screening_number, code, term, text, effective,"
            " issued, source, entered_by, status, visible_at, question, question_term, interpretation)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                entry.practice,
                entry.nhs_number,
                entry.screening_number,
                entry.code,
                entry.term,
                entry.text,
                entry.effective.isoformat() if entry.effective else None,
                entry.issued.isoformat(),
                entry.source,
                entry.entered_by,
                entry.status,
                entry.visible_at.isoformat() if entry.visible_at else None,
                entry.question,
                entry.question_term,
                entry.interpretation,
            ),
        )

    def make_final(self, practice: str, source: str, entered_by: str, now: datetime) -> bool:
        """Somebody has reviewed what was filed on arrival; whether there was such an entry."""
        changed = self._store.write(
            "UPDATE entries SET status = ?, issued = ?, entered_by = ?, visible_at = coalesce(visible_at, ?)"
            " WHERE practice = ? AND source = ? AND status = ?",
            (FINAL, now.isoformat(), entered_by, now.isoformat(), practice, source, PRELIMINARY),
        )
        return changed > 0

    def replace(self, practice: str, message_ids: Iterable[str], *, filed: bool) -> None:
        """A correction: what was entered from the messages that it replaces is marked as an error.

        Until it is `filed` itself, that is only what nobody has reviewed.
        """
        self._store.write_all(
            "UPDATE entries SET status = ? WHERE practice = ? AND source = ? AND (? OR status = ?)",
            [(IN_ERROR, practice, f"mesh:{name}", filed, PRELIMINARY) for name in message_ids],
        )

    def take_out(self, practice: str, nhs_number: str, screening_number: str) -> None:
        """A person was told that it was sent in error: what stands for that screening is marked as such."""
        self._store.write(
            "UPDATE entries SET status = ? WHERE practice = ? AND nhs_number = ? AND screening_number = ?",
            (IN_ERROR, practice, nhs_number, screening_number),
        )

    def keep_document(
        self, practice: str, nhs_number: str | None, source: str, now: datetime, kind: str, data: bytes
    ) -> None:
        """Keep a print or a scanned letter; for nobody yet where `nhs_number` is None."""
        self._store.write(
            "INSERT INTO documents (practice, nhs_number, source, kept_at, content_type, data)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (practice, nhs_number, source, now.isoformat(), kind, data),
        )

    def file_document(self, practice: str, nhs_number: str, source: str) -> None:
        """The document is now in this patient's record."""
        self._store.write(
            "UPDATE documents SET nhs_number = ? WHERE practice = ? AND source = ?",
            (nhs_number, practice, source),
        )


def _columns(patient: Patient) -> tuple[str | None, ...]:
    return (
        patient.nhs_number,
        patient.surname,
        patient.forename,
        patient.title,
        patient.date_of_birth.isoformat(),
        patient.registered_from.isoformat(),
        patient.registered_to.isoformat() if patient.registered_to else None,
        patient.died_on.isoformat() if patient.died_on else None,
    )


def _patient(row: Row) -> Patient:
    return Patient(
        nhs_number=row["nhs_number"],
        surname=row["surname"],
        forename=row["forename"],
        title=row["title"],
        date_of_birth=date.fromisoformat(row["date_of_birth"]),
        registered_from=date.fromisoformat(row["registered_from"]),
        registered_to=date.fromisoformat(row["registered_to"]) if row["registered_to"] else None,
        died_on=date.fromisoformat(row["died_on"]) if row["died_on"] else None,
    )
