"""What the records are worth to who searches them: coding alike, uptake as a search has it, and harms.

Counted alike in every way of sending.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pilot.domain.outcome import Outcome
from pilot.measures.meaning import Grade
from pilot.measures.record import Entry
from pilot.measures.truth import TruthLine
from pilot.measures.verdict import Verdict, says

TEXT_ALONE = "text"
RULE: Final = "rule:"
SCREENED: Final = frozenset(outcome for outcome in Outcome if outcome.was_screened)
# Invited and able to come, but no images were taken.
NOT_SCREENED: Final = frozenset({Outcome.DID_NOT_ATTEND, Outcome.DECLINED, Outcome.ATTENDED_NOT_SCREENED})


@dataclass(frozen=True, slots=True)
class Consistency:
    """Over the entries of normal results in their own records.

    `modal_share` is the share of the most used code (1: all alike), None where there are no entries;
    `entropy_bits` is 0 where all are alike and 1 where two codes share the entries equally.
    """

    entries: int
    distinct_codes: int
    modal_code: str | None
    modal_share: float | None
    entropy_bits: float | None

    @classmethod
    def of(cls, codes: Counter[str]) -> "Consistency":
        """From how often each code stands."""
        total = codes.total()
        if not total:
            return cls(0, 0, None, None, None)
        # Ties go to the lower id, so that the same run always names the same code.
        modal_code, most = min(codes.items(), key=lambda item: (-item[1], item[0]))
        entropy = -sum(n / total * math.log2(n / total) for n in codes.values())
        return cls(total, len(codes), modal_code, most / total, abs(entropy))


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
        """Counted over these verdicts."""
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


def normal_codes(verdicts: Iterable[Verdict]) -> dict[str, Counter[str]]:
    """By practice of the record, how often each code stands for a normal result; no code counts as `text`."""
    codes: dict[str, Counter[str]] = defaultdict(Counter)
    for verdict in verdicts:
        if verdict.line.outcome is Outcome.NORMAL:
            for entry in verdict.own:
                codes[entry.practice][entry.code or TEXT_ALONE] += 1
    return codes


def right_by_another_code(verdicts: Iterable[Verdict]) -> int:
    """Results that are right by another code than most of the same outcome: safe, and a narrow search misses them."""
    codes = {
        verdict.line.key: (verdict.line.outcome, entry.code)
        for verdict in verdicts
        for entry, grade in zip(verdict.own, verdict.grades, strict=True)
        if grade is Grade.RIGHT
    }
    commonest: dict[Outcome, Counter[str]] = defaultdict(Counter)
    for outcome, code in codes.values():
        commonest[outcome][str(code)] += 1
    usual = {outcome: Consistency.of(counts).modal_code for outcome, counts in commonest.items()}
    return sum(code != usual[outcome] for outcome, code in codes.values())


# The others (moved, died, under care elsewhere, not eligible) count neither above nor below the line.


def uptake_true(truth: Iterable[TruthLine]) -> float | None:
    """People screened over those screened and not screened, None where nobody was invited."""
    screened: set[str] = set()
    invited: set[str] = set()
    for line in truth:
        if line.outcome in SCREENED | NOT_SCREENED:
            invited.add(line.nhs_number)
        if line.outcome in SCREENED:
            screened.add(line.nhs_number)
    return _share(len(screened), len(invited - screened))


def uptake_recorded(entries: Iterable[Entry]) -> float | None:
    """The same by the codes in the records alone, as a practice's search counts it: text is not seen.

    A person counts as screened where any coded entry of hers says so; one without a code that says either is not
    counted, since a record does not know whom it has not been told of.
    """
    said: dict[str, set[bool]] = defaultdict(set)
    for entry in entries:
        meaning = says(entry) if entry.codes else None
        if not meaning:
            continue
        if meaning <= SCREENED:
            said[entry.nhs_number].add(True)
        elif meaning <= NOT_SCREENED:
            said[entry.nhs_number].add(False)
    screened = sum(True in what for what in said.values())
    return _share(screened, len(said) - screened)


def shows_she_came(entries: Iterable[Entry]) -> bool:
    """Whether a search of these entries finds that she was screened, so that her record does not call her due."""
    return any(meaning <= SCREENED for entry in entries if entry.codes and (meaning := says(entry)))


def _share(screened: int, not_screened: int) -> float | None:
    invited = screened + not_screened
    return screened / invited if invited else None


def _not_found(verdicts: Iterable[Verdict]) -> int:
    return sum(not verdict.right for verdict in verdicts)
