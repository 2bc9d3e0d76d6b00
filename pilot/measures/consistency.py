"""How alike practices code the same thing: the codes of their normal results."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pilot.domain.outcome import Outcome
from pilot.measures.meaning import Grade
from pilot.measures.verdict import Verdict

TEXT_ALONE = "text"


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
        verdict.line.screening_number: (verdict.line.outcome, entry.code)
        for verdict in verdicts
        for entry, grade in zip(verdict.own, verdict.grades, strict=True)
        if grade is Grade.RIGHT
    }
    commonest: dict[Outcome, Counter[str]] = defaultdict(Counter)
    for outcome, code in codes.values():
        commonest[outcome][str(code)] += 1
    usual = {outcome: Consistency.of(counts).modal_code for outcome, counts in commonest.items()}
    return sum(code != usual[outcome] for outcome, code in codes.values())
