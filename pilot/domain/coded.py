"""A result with its concept, or explicitly without one."""

from dataclasses import dataclass

from pilot.domain.result import ScreeningResult


@dataclass(frozen=True, slots=True)
class Concept:
    """A SNOMED CT concept: id and preferred term."""

    code: str
    term: str


@dataclass(frozen=True, slots=True)
class CodedResult:
    """`concept` None means: the code set has none for this outcome, so it goes explicitly uncoded, as text.

    `question` is what the result answers, None where a question that says screening would be untrue; `asked` is
    that question in words.
    """

    result: ScreeningResult
    question: Concept | None
    asked: str
    concept: Concept | None
    text: str
    code_set: str
