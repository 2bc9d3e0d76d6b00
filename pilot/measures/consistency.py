"""How alike a practice codes the same thing: the codes of its normal results."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pilot.domain.outcome import Outcome
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


def consistency(verdicts: Iterable[Verdict], practice: str | None = None) -> Consistency:
    """Of all practices, or of the entries at one. An entry without a code counts as the code `text`."""
    codes = Counter(
        entry.code or TEXT_ALONE
        for verdict in verdicts
        if verdict.line.outcome is Outcome.NORMAL
        for entry in verdict.own
        if practice in {None, entry.practice}
    )
    total = codes.total()
    if not total:
        return Consistency(0, 0, None, None, None)
    # Ties go to the lower id, so that the same run always names the same code.
    modal_code, most = min(codes.items(), key=lambda item: (-item[1], item[0]))
    entropy = -sum(n / total * math.log2(n / total) for n in codes.values())
    return Consistency(total, len(codes), modal_code, most / total, abs(entropy))
