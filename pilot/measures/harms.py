"""What a record that cannot be searched does to people: counted alike in every way of sending."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pilot.domain.outcome import Outcome
from pilot.measures.uptake import shows_she_came
from pilot.measures.verdict import Verdict

RULE: Final = "rule:"


@dataclass(frozen=True, slots=True)
class Harms:
    """Results, each kind beside all of which it could be true.

    `due_though_screened`: she was screened, and no search of her record finds it, so that she is called due.
    `recalls_not_found`, `absences_not_found`, `symptomatic_not_found`: recalled for assessment, did not attend, or
    under the care of the symptomatic service, and no code in her record says so: no search finds it.
    `recalls_filed_by_a_rule`: no clinician has looked at it.
    """

    screened: int
    due_though_screened: int
    recalls: int
    recalls_not_found: int
    recalls_filed_by_a_rule: int
    absences: int
    absences_not_found: int
    symptomatic: int
    symptomatic_not_found: int

    @classmethod
    def of(cls, verdicts: Iterable[Verdict]) -> "Harms":
        some = tuple(verdicts)
        screened = [verdict for verdict in some if verdict.line.outcome.was_screened]
        recalls, absences, symptomatic = (
            [verdict for verdict in some if verdict.line.outcome is outcome]
            for outcome in (
                Outcome.RECALL_FOR_ASSESSMENT,
                Outcome.DID_NOT_ATTEND,
                Outcome.UNDER_CARE_ELSEWHERE,
            )
        )
        return cls(
            screened=len(screened),
            due_though_screened=sum(not shows_she_came(verdict.own) for verdict in screened),
            recalls=len(recalls),
            recalls_not_found=_not_found(recalls),
            recalls_filed_by_a_rule=sum(
                any(entry.entered_by.startswith(RULE) for entry in verdict.own) for verdict in recalls
            ),
            absences=len(absences),
            absences_not_found=_not_found(absences),
            symptomatic=len(symptomatic),
            symptomatic_not_found=_not_found(symptomatic),
        )


def _not_found(verdicts: Iterable[Verdict]) -> int:
    return sum(not verdict.right for verdict in verdicts)
