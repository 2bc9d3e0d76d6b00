"""What NBSS's words and codes mean. Data; anything outside it is a person's to decide, never guessed."""

import re

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
}

OPINIONS: dict[str, Outcome] = {
    "no significant radiological abnormality": Outcome.NORMAL,
    "technically inadequate, images to be repeated": Outcome.TECHNICAL_RECALL,
    "imaging incomplete, no significant abnormality in views taken": Outcome.PARTIAL_MAMMOGRAPHY,
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

# end_code, reason_closed_code, final_action_code of the episode extract.
CODES: dict[tuple[str, str, str], Outcome] = {
    ("SC", "R", "RR"): Outcome.NORMAL,
    ("SC", "", "FP"): Outcome.RECALL_FOR_ASSESSMENT,
    ("SC", "TR", "EC"): Outcome.TECHNICAL_RECALL,
    ("SC", "PM", "RR"): Outcome.PARTIAL_MAMMOGRAPHY,
    ("DNA", "NA", ""): Outcome.DID_NOT_ATTEND,
    ("PC", "DD", ""): Outcome.DECLINED,
    ("WM", "MV", ""): Outcome.MOVED,
    ("WD", "DE", ""): Outcome.DIED,
    ("WB", "CT", ""): Outcome.UNDER_CARE_ELSEWHERE,
    ("WC", "BS", ""): Outcome.NOT_ELIGIBLE,
    ("PC", "NS", ""): Outcome.ATTENDED_NOT_SCREENED,
}

END_CODES = frozenset({"SC", "DNR", "DNA", "PC", "WB", "WC", "WD", "WF", "WM", "WO", "WS"})
FINAL_ACTIONS = frozenset({"RR", "EC", "FP", "MT"})

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


def told(text: str) -> Outcome | None:
    """What a participant's letter tells her; None where it says nothing known, or more than one thing."""
    letter = _tidy(text).lower()
    said = {outcome for words, outcome in PHRASES.items() if words in letter}
    return said.pop() if len(said) == 1 else None


def _opinion(text: str) -> Outcome | None:
    words = _tidy(text).lower().rstrip(".")
    return Outcome.RECALL_FOR_ASSESSMENT if words.startswith(_ABNORMAL) else OPINIONS.get(words)


def _tidy(text: str) -> str:
    return tidy(text.replace("–", "-").replace("—", "-"))
