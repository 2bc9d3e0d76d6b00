"""What NBSS's words and codes mean. Data; anything outside it is a person's to decide, never guessed."""

import re
import tomllib
from importlib import resources

from pilot.domain.outcome import Outcome
from pilot.nbss.fields import tidy

NOT_SCREENED = "NOT SCREENED"

# No office's page is narrower than this, in characters of a wide headline.
_EDGE = 30

HEADLINES: dict[str, Outcome] = {
    "SCREENED - ROUTINE RECALL": Outcome.NORMAL,
    "SCREENED - WILL BE INVITED FOR FURTHER ATTENTION": Outcome.RECALL_FOR_ASSESSMENT,
    "SCREENED - TECHNICAL RECALL": Outcome.TECHNICAL_RECALL,
    "SCREENED - PARTIAL MAMMOGRAPHY": Outcome.PARTIAL_MAMMOGRAPHY,
    "SCREENED - ASSESSED, BENIGN": Outcome.ASSESSED_BENIGN,
    "SCREENED - ASSESSED, CANCER": Outcome.ASSESSED_CANCER,
    "SCREENED - ASSESSED, SHORT TERM RECALL": Outcome.SHORT_TERM_RECALL,
    "SCREENED - ASSESSED, REFERRED FOR TREATMENT": Outcome.REFERRED_FOR_TREATMENT,
}

OPINIONS: dict[str, Outcome] = {
    "no significant radiological abnormality": Outcome.NORMAL,
    "technically inadequate, images to be repeated": Outcome.TECHNICAL_RECALL,
    "imaging incomplete, no significant abnormality in views taken": Outcome.PARTIAL_MAMMOGRAPHY,
    "assessed, benign": Outcome.ASSESSED_BENIGN,
    "assessed, cancer diagnosed": Outcome.ASSESSED_CANCER,
    "assessed, to be seen again in a year": Outcome.SHORT_TERM_RECALL,
    "assessed, to be treated": Outcome.REFERRED_FOR_TREATMENT,
}
# An opinion of this beginning goes on with what was seen.
_ABNORMAL = "abnormality present"

BECAUSE: dict[str, Outcome] = {
    "dna any screening session": Outcome.DID_NOT_ATTEND,
    "declined invitation": Outcome.DECLINED,
    "moved out of area": Outcome.MOVED,
    "deceased": Outcome.DIED,
    "under care of symptomatic service": Outcome.UNDER_CARE_ELSEWHERE,
    "bilateral mastectomy": Outcome.NOT_ELIGIBLE,
    "attended, not screened": Outcome.ATTENDED_NOT_SCREENED,
}

_CODES = tomllib.loads(resources.files("pilot.nbss").joinpath("codes-2026-11.toml").read_text("utf-8"))

# end_code, reason_closed_code, final_action_code of the episode extract.
CODES: dict[tuple[str, str, str], Outcome] = {
    (end, reason, action): Outcome(outcome) for outcome, (end, reason, action) in _CODES["outcomes"].items()
}
END_CODES: dict[str, str] = {code: row["words"] for code, row in _CODES["end_codes"].items()}
FINAL_ACTIONS: frozenset[str] = frozenset(_CODES["final_actions"])
# Episodes that end so are printed for nobody.
WITHOUT_RESULT: frozenset[str] = frozenset(
    code for code, row in _CODES["end_codes"].items() if not row.get("result", True)
)

# What a participant's letter tells her, in each wording known.
PHRASES: dict[str, Outcome] = {
    "your mammogram shows no signs of breast cancer": Outcome.NORMAL,
    "no signs of breast cancer were found": Outcome.NORMAL,
    "your mammogram shows a change. you need some more tests": Outcome.RECALL_FOR_ASSESSMENT,
    "you need to come back for further tests": Outcome.RECALL_FOR_ASSESSMENT,
    "images were not clear enough": Outcome.TECHNICAL_RECALL,
    "not all of the usual images could be taken": Outcome.PARTIAL_MAMMOGRAPHY,
    "we could not take all of the images": Outcome.PARTIAL_MAMMOGRAPHY,
    "you did not come to your": Outcome.DID_NOT_ATTEND,
    "you told us that you do not want breast screening": Outcome.DECLINED,
    "you are already being looked after by a breast clinic": Outcome.UNDER_CARE_ELSEWHERE,
    "you no longer need breast screening after your operation": Outcome.NOT_ELIGIBLE,
    "you came to your appointment, but no images were taken": Outcome.ATTENDED_NOT_SCREENED,
}


def may_be(
    end_code: str | None, reason_closed_code: str | None, final_action_code: str | None
) -> frozenset[Outcome]:
    """The outcomes that an extract's three codes allow; none while the episode is open, or where they fit no outcome.

    An office's extract often says only that an episode closed: a blank cell says nothing, and so never contradicts
    a print by itself. `("SC", None, None)` allows every screened outcome, `("DNA", None, None)` just one.
    """
    said = (end_code or "", reason_closed_code or "", final_action_code or "")
    if said in CODES:
        return frozenset({CODES[said]})
    return frozenset(
        outcome
        for codes, outcome in CODES.items()
        if end_code and all(cell in ("", code) for cell, code in zip(said, codes, strict=True))
    )


def words_of(outcome: Outcome) -> str:
    """What a print says of an outcome, for a result that comes from NBSS's tables."""
    for words, meant in HEADLINES.items():
        if meant is outcome:
            return words
    return f"{NOT_SCREENED} {next(words for words, meant in BECAUSE.items() if meant is outcome)}"


def headline(text: str) -> str | None:
    """The full headline that `text` is, or is the beginning of, where the page's edge has cut it; else None.

    The edge is at some 32 characters of wide type or later; a shorter beginning was not cut by it, and could be of
    a headline that we do not know.
    """
    text = _tidy(text).upper()
    full = [*HEADLINES, NOT_SCREENED]
    if text in full:
        return text
    fitting = [known for known in full if known.startswith(text)]
    return fitting[0] if len(fitting) == 1 and len(text) >= _EDGE else None


def is_headline_like(text: str) -> bool:
    """Whether a line means to say how the episode ended, known to us or not."""
    return re.match(r"(NOT )?SCREENED\b(?!.*:)", _tidy(text).upper()) is not None


def is_known_detail(text: str) -> bool:
    """Whether a line is one of the wordings below a headline."""
    words = _tidy(text).lower().rstrip(".")
    return words in BECAUSE or _opinion(text) is not None


def decide(headline_text: str, opinions: tuple[str, ...], because: str | None) -> Outcome | None:
    """The outcome, or None where the print's own words are unknown, contradict each other or are not enough.

    Every opinion must be one of the headline's own. Only under "further attention" may an opinion be new to us,
    or be of the other breast: a clinician sees that result in any case.
    """
    known = headline(headline_text)
    if known is None:
        return None
    if known == NOT_SCREENED:
        return None if because is None or opinions else BECAUSE.get(_tidy(because).lower().rstrip("."))
    outcome = HEADLINES[known]
    said = {_opinion(opinion) for opinion in opinions}
    if because is not None or not said:
        return None
    if outcome.abnormal:
        return outcome if said - {Outcome.NORMAL} <= {outcome, None} and said != {Outcome.NORMAL} else None
    return outcome if said == {outcome} else None


def outcome_in(text: str) -> Outcome | None:
    """What a participant's letter tells her; None where it says nothing known, or more than one thing."""
    letter = _tidy(text).lower()
    said = {outcome for words, outcome in PHRASES.items() if words in letter}
    return said.pop() if len(said) == 1 else None


def _opinion(text: str) -> Outcome | None:
    words = _tidy(text).lower().rstrip(".")
    return Outcome.RECALL_FOR_ASSESSMENT if words.startswith(_ABNORMAL) else OPINIONS.get(words)


def _tidy(text: str) -> str:
    return tidy(text.replace("–", "-").replace("—", "-"))
