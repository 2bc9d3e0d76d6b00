"""What the records are worth to who searches them: coding alike, uptake as a search has it, harms, and rates of 10,000.

Counted alike in every way of sending.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from pilot.domain.outcome import Outcome
from pilot.measures.comparison import INTERVAL, Interval
from pilot.measures.meaning import Grade
from pilot.measures.record import Entry
from pilot.measures.truth import TruthLine
from pilot.measures.verdict import Verdict, says

TEXT_ALONE = "text"
PER: Final = 10_000
_TAIL: Final = (1 - INTERVAL) / 2
_Counts = NDArray[np.float64]
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


# -- Of 10,000 women -------------------------------------------------------------------------------------------------
#
# Each rate has a range that knows that women of one practice are alike in what happens to them: Korn and Graubard's,
# which is Clopper and Pearson's over as many women as the practices are worth, and holds where nothing was counted too
# (Survey Methodology 24 (1998) 193-201).


@dataclass(frozen=True, slots=True)
class Women:
    """One group of women in one arm, at `practices`: of `women` results, how many of each kind to the 10,000.

    `by` is "all", "practice" (then `group` is its code), or what else parts them. `wrong` is in no record or in one
    that says something else; `due_though_screened` and the two `_not_found` are what a search of her record misses.
    """

    arm: str
    by: str
    group: str
    women: int
    practices: int
    due_though_screened: Interval
    recalls_not_found: Interval
    absences_not_found: Interval
    wrong_in_record: Interval
    late: Interval


def _unfound(outcome: Outcome) -> Callable[[Verdict], bool]:
    return lambda verdict: verdict.line.outcome is outcome and not verdict.right


KINDS: Final[Mapping[str, Callable[[Verdict], bool]]] = {
    "due_though_screened": lambda v: v.line.outcome.was_screened and not shows_she_came(v.own),
    "recalls_not_found": _unfound(Outcome.RECALL_FOR_ASSESSMENT),
    "absences_not_found": _unfound(Outcome.DID_NOT_ATTEND),
    "wrong_in_record": lambda v: v.wrong_in_record,
    "late": lambda v: v.late,
}


def women(arm: str, by: str, group: str, verdicts: Iterable[Verdict]) -> Women:
    """The rates of one group. Raises ValueError where it is empty."""
    of_practice: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        of_practice[verdict.line.practice].append(verdict)
    sizes = np.array([len(some) for some in of_practice.values()], float)
    rates = {
        kind: rate(np.array([sum(map(is_so, some)) for some in of_practice.values()], float), sizes)
        for kind, is_so in KINDS.items()
    }
    return Women(arm, by, group, int(sizes.sum()), len(sizes), **rates)


def rate(counted: _Counts, of: _Counts) -> Interval:
    """How many to the 10,000, and its 95% range, from the counts of each cluster. Raises ValueError on none at all.

    Where there is one cluster, or nothing or everything was counted, what clusters do cannot be seen: then each
    woman counts as one, and the range is the narrowest that is honest.
    """
    n, clusters = float(of.sum()), len(of)
    if not n:
        raise ValueError("a rate of nobody")
    share = float(counted.sum()) / n
    worth = n
    if clusters > 1 and 0 < share < 1:
        about = counted - share * of
        variance = clusters / (clusters - 1) * float(about @ about) / n**2
        simple = share * (1 - share) / n
        worth = n / max(1.0, variance / simple)
        # As few clusters say as little as a small sample does.
        worth *= (special.stdtrit(n - 1, _TAIL) / special.stdtrit(clusters - 1, _TAIL)) ** 2
    hits = share * worth
    low = float(special.betaincinv(hits, worth - hits + 1, _TAIL)) if share > 0 else 0.0
    high = float(special.betaincinv(hits + 1, worth - hits, 1 - _TAIL)) if share < 1 else 1.0
    return Interval(share * PER, low * PER, high * PER)


def every_group(
    arm: str, verdicts: Sequence[Verdict], parts: Mapping[str, Callable[[Verdict], object]]
) -> list[Women]:
    """All women of an arm, then by practice, then parted as `parts` say; who belongs to no group is in none."""
    rows = [women(arm, "all", "", verdicts)] if verdicts else []
    for by, key in {"practice": lambda verdict: verdict.line.practice, **parts}.items():
        groups: dict[str, list[Verdict]] = defaultdict(list)
        for verdict in verdicts:
            if (group := key(verdict)) is not None:
                groups[str(group)].append(verdict)
        rows += [women(arm, by, group, groups[group]) for group in sorted(groups)]
    return rows
