"""Stop a coded result whose concept says something else than its own print.

Deliberately not the reader's rules: this looks at the finished code and at the printed words again, by
simpler means, so that a mistake of the reader or of a code set does not pass on the strength of itself.
"""

import re
from collections.abc import Iterator
from itertools import dropwhile

from pilot.coding.concepts import known_concepts
from pilot.domain.coded import CodedResult
from pilot.domain.outcome import Outcome

# What printed words say, letters only: wide type, cut lines and spacing make no difference.
_SAYS: dict[Outcome, tuple[str, ...]] = {
    Outcome.NORMAL: ("ROUTINERECALL", "NOSIGNIFICANTRADIOLOGICALABNORMALITY"),
    Outcome.RECALL_FOR_ASSESSMENT: ("WILLBEINVITED", "ABNORMALITYPRESENT"),
    Outcome.TECHNICAL_RECALL: ("TECHNICALRECALL", "TECHNICALLYINADEQUATE"),
    Outcome.PARTIAL_MAMMOGRAPHY: ("PARTIALMAMMOGRAPHY", "IMAGINGINCOMPLETE"),
    Outcome.DID_NOT_ATTEND: ("DNAANY", "DIDNOTATTEND"),
    Outcome.DECLINED: ("DECLINED",),
    Outcome.MOVED: ("MOVEDOUT",),
    Outcome.DIED: ("DECEASED",),
    Outcome.UNDER_CARE_ELSEWHERE: ("SYMPTOMATICSERVICE",),
    Outcome.NOT_ELIGIBLE: ("BILATERALMASTECTOMY",),
    Outcome.ATTENDED_NOT_SCREENED: ("ATTENDEDNOTSCREENED",),
}
_REASSURING = re.compile("NO(SIGNIFICANT|RADIOLOGICAL|EVIDENCEOF)*(ABNORMALITY|MALIGNANCY)")
_ALARMING = re.compile("ABNORMAL|SUSPICIO|MALIGNAN|UNCERTAIN|INDETERMINATE|CARCINOMA")
_SCREENED = re.compile("(?<!NOT)SCREENED(ROUTINE|WILL|TECHNICAL|PARTIAL|ON)")
_RULE = re.compile(r"_{10,}")


def contradiction(coded: CodedResult) -> str | None:
    """Why the result must not be sent as coded, in words for the person who gets it.

    None where nothing speaks against it: a print that says nothing we know does not contradict.
    """
    return next(_objections(coded), None)


def _objections(coded: CodedResult) -> Iterator[str]:
    result = coded.result
    if coded.concept is not None and coded.concept.code not in known_concepts():
        yield "nobody knows its concept for an outcome of screening"
        return
    claimed = _claimed(coded)
    if result.outcome not in claimed:
        yield f"the concept says {_words(claimed)}, the result {_words({result.outcome})}"
    going_out = f"it goes out as {_words(claimed)}, but the print"
    printed = _letters(" ".join((result.outcome_text, *_after_the_rule(result.lines))))
    if (
        said := {outcome for outcome, words in _SAYS.items() if any(word in printed for word in words)}
        - claimed
    ):
        yield f"{going_out} says {_words(said)}"
    screened = any(outcome.was_screened for outcome in claimed)
    if screened and "NOTSCREENED" in printed:
        yield f"{going_out} says not screened"
    if not screened and _SCREENED.search(printed):
        yield f"{going_out} says screened"
    if claimed == {Outcome.NORMAL} and _ALARMING.search(_REASSURING.sub("", printed)):
        yield f"{going_out} speaks of an abnormality"


def _claimed(coded: CodedResult) -> frozenset[Outcome]:
    """The outcomes that the message says: by the concept's own meaning, and uncoded by its words."""
    return known_concepts()[coded.concept.code].fits if coded.concept else frozenset({coded.result.outcome})


def _after_the_rule(lines: tuple[str, ...]) -> list[str]:
    """The headline and the details, without the name and address above the rule (EDNA is not a DNA)."""
    return list(dropwhile(lambda line: not _RULE.search(line), lines))[1:]


def _letters(text: str) -> str:
    return re.sub(r"[^A-Z]", "", text.upper())


def _words(outcomes: frozenset[Outcome] | set[Outcome]) -> str:
    return " or ".join(sorted(outcome.replace("_", " ") for outcome in outcomes)) or "no outcome of screening"
