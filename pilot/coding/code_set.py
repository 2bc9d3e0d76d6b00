"""A code set: for every outcome a concept, or the reason why it goes uncoded."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from pilot.domain.outcome import Outcome
from pilot.domain.result import CodedResult, Concept, ScreeningResult


class SetStatus(StrEnum):
    """How far a code set has come. A withdrawn one is kept for the record and not loaded."""

    DRAFT = "draft"
    INTERIM = "interim"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class Verification(StrEnum):
    """Whether a terminology server has said that the concept is active in the UK Edition."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"


class Use(StrEnum):
    """What a code set is signed off for. Live includes simulation."""

    SIMULATION = "simulation"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class SignOff:
    """Who answers for the set, for which use."""

    use: Use
    by: str
    on: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One outcome. `concept` and `uncoded` (the reason) exclude each other.

    `text` is what a person reads beside the concept or instead of it; `awaits` the term of a concept that has
    been applied for and has no id yet.
    """

    outcome: Outcome
    text: str
    concept: Concept | None = None
    uncoded: str = ""
    status: Verification | None = None
    source: str = ""
    note: str = ""
    awaits: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What an answer belongs to: the Observation's own code.

    `concept` says that a screening was done, so it goes out only with the outcomes of `sent_for`; with all
    others goes `otherwise`, words that no search takes for a screening.
    """

    concept: Concept
    sent_for: frozenset[Outcome]
    otherwise: str

    def for_outcome(self, outcome: Outcome) -> Concept | None:
        """The concept asked about, where results of this outcome are sent with it; else None."""
        return self.concept if outcome in self.sent_for else None


@dataclass(frozen=True)
class CodeSet:
    """Versioned data with an owner; read by `load_code_set`, which checks it."""

    id: str
    title: str
    owner: str
    date: date
    status: SetStatus
    sign_off: SignOff
    question: Question
    rows: tuple[Row, ...]

    @property
    def signed_off_for(self) -> Use:
        """What the set may be used for, by its sign-off."""
        return self.sign_off.use

    @cached_property
    def _by_outcome(self) -> Mapping[Outcome, Row]:
        return {row.outcome: row for row in self.rows}

    def row(self, outcome: Outcome) -> Row:
        """Every outcome has one: loading sees to it."""
        return self._by_outcome[outcome]

    def code(self, result: ScreeningResult) -> CodedResult:
        """The result with its concept and the set's words for it, or explicitly without a concept."""
        row = self.row(result.outcome)
        question = self.question.for_outcome(result.outcome)
        return CodedResult(
            result=result,
            question=question,
            asked=question.term if question else self.question.otherwise,
            concept=row.concept,
            text=row.text,
            code_set=self.id,
        )

    def expected_codes(self) -> Mapping[Outcome, str]:
        """The concept id that a right record holds, for the outcomes that have one."""
        return {row.outcome: row.concept.code for row in self.rows if row.concept}
