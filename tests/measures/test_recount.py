"""A recount written without the measures, from the words of docs/measures.md, comes to the same counts."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pilot.domain.outcome import Outcome
from pilot.evidence import load_assumptions
from pilot.measures import ArmRun, Record, RecordedPractice
from pilot.measures.judged import arm_figures, judge_arm
from tests.measures.build import ABNORMAL, ABSENT, NORMAL, NORMAL_TOO, SCREENED, entry, line, words

ASSUMPTIONS = load_assumptions()
LATE_AFTER = 14
SAYS = {
    NORMAL: {"normal"},
    NORMAL_TOO: {"normal"},
    ABNORMAL: {"recall_for_assessment"},
    ABSENT: {"did_not_attend"},
    SCREENED: {"normal", "recall_for_assessment", "technical_recall", "partial_mammography"},
}
PRACTICES = ("Z90001", "Z90002")


KINDS = (
    "undelivered",
    "right",
    "not_findable",
    "unclear",
    "misleading",
    "wrong_person",
    "duplicate",
    "late",
)


def recount(truth: Sequence[Mapping[str, Any]], entries: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Plain loops, nothing shared with the measures."""
    counts = dict.fromkeys(KINDS, 0)
    for one in truth:
        about = [found for found in entries if found["screening_number"] == one["screening_number"]]
        mine = [found for found in about if found["nhs_number"] == one["nhs_number"]]
        counts["undelivered"] += len(mine) == 0
        counts["wrong_person"] += len(mine) < len(about)
        counts["duplicate"] += len(mine) > 1
        exact = [found for found in mine if said(found) == {one["outcome"]}]
        found_by_code = any(found["code"] for found in exact)
        counts["right"] += found_by_code
        counts["not_findable"] += len(exact) > 0 and not found_by_code
        counts["unclear"] += any(len(said(found)) > 1 and one["outcome"] in said(found) for found in mine)
        right = [found["issued"] for found in mine if one["outcome"] in said(found)]
        counts["misleading"] += len(right) < len(mine)
        if right:
            waited = date.fromisoformat(min(right)[:10]) - date.fromisoformat(one["emitted_on"])
            counts["late"] += waited > timedelta(days=LATE_AFTER)
    return counts


def said(found: Mapping[str, Any]) -> set[str]:
    return SAYS[found["code"]] if found["code"] else {found["text"]}


OUTCOMES = (Outcome.NORMAL, Outcome.DID_NOT_ATTEND, Outcome.RECALL_FOR_ASSESSMENT, Outcome.DECLINED)
AN_ENTRY = st.fixed_dictionaries(
    {
        "whose": st.integers(0, 5),
        "person": st.one_of(st.none(), st.integers(0, 5)),
        "code": st.sampled_from([*SAYS, None, "usual"]),
        "outcome": st.sampled_from(OUTCOMES),
        "days": st.integers(0, 30),
        "practice": st.sampled_from(PRACTICES),
    }
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(OUTCOMES), min_size=6, max_size=6), st.lists(AN_ENTRY, max_size=14))
def test_measures_and_a_naive_recount_agree(outcomes, made):
    truth = [line(n, outcome) for n, outcome in enumerate(outcomes)]
    entries = []
    for one in made:
        of = truth[one["whose"]]
        person = truth[one["person"]] if one["person"] is not None else of
        entries.append(
            entry(
                of,
                one["code"],
                one["days"],
                nhs_number=person.nhs_number,
                practice=one["practice"],
                **({} if one["code"] else {"text": words(one["outcome"])}),
            )
        )
    desks = tuple(RecordedPractice(ods, ods, minutes={"letters": 1.0}) for ods in PRACTICES)
    arm = judge_arm("paper", ArmRun(Record(desks, tuple(entries))), truth, ASSUMPTIONS, date(2026, 12, 31))
    figures = arm_figures(arm, ASSUMPTIONS)

    as_lines = [
        {
            "screening_number": one.screening_number,
            "nhs_number": one.nhs_number,
            "outcome": one.outcome.value,
            "emitted_on": one.emitted_on.isoformat(),
        }
        for one in truth
    ]
    as_read = [
        {
            "screening_number": found.screening_number,
            "nhs_number": found.nhs_number,
            "code": found.code,
            "text": found.text.removeprefix("Breast screening ").replace(" ", "_"),
            "issued": found.issued.isoformat(),
        }
        for found in entries
    ]
    counted = recount(as_lines, as_read)
    assert {kind: getattr(figures, kind) for kind in KINDS} == counted
    wrong = ("undelivered", "wrong_person", "duplicate", "misleading", "unclear")
    assert figures.errors == sum(any(recount([one], as_read)[kind] for kind in wrong) for one in as_lines)
    assert figures.ends.lost == figures.undelivered
