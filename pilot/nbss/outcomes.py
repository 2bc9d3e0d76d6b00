"""What NBSS's words and codes mean. Data; anything outside it is a person's to decide, never guessed."""

import re

from pilot.domain.outcome import Outcome

_NOT_SCREENED = "NOT SCREENED"

HEADLINES: dict[str, Outcome] = {
    "SCREENED - ROUTINE RECALL": Outcome.NORMAL,
    "SCREENED - WILL BE INVITED FOR FURTHER ATTENTION": Outcome.RECALL_FOR_ASSESSMENT,
    "SCREENED - TECHNICAL RECALL": Outcome.TECHNICAL_RECALL,
    "SCREENED - PARTIAL MAMMOGRAPHY": Outcome.PARTIAL_MAMMOGRAPHY,
}

# How an opinion begins, and the headlines it may stand under.
OPINIONS: dict[str, Outcome] = {
    "no significant radiological abnormality": Outcome.NORMAL,
    "abnormality present on imaging": Outcome.RECALL_FOR_ASSESSMENT,
    "technically inadequate": Outcome.TECHNICAL_RECALL,
    "imaging incomplete": Outcome.PARTIAL_MAMMOGRAPHY,
}

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

# What a participant's letter tells her.
SENTENCES: dict[str, Outcome] = {
    "your mammogram shows no signs of breast cancer.": Outcome.NORMAL,
    "you did not come to your breast screening appointment.": Outcome.DID_NOT_ATTEND,
    "some of your images were not clear enough. they need to be taken again.": Outcome.TECHNICAL_RECALL,
    "your mammogram shows a change. you need some more tests.": Outcome.RECALL_FOR_ASSESSMENT,
    "you told us that you do not want breast screening this time.": Outcome.DECLINED,
    "you are already being looked after by a breast clinic.": Outcome.UNDER_CARE_ELSEWHERE,
    "you no longer need breast screening after your operation.": Outcome.NOT_ELIGIBLE,
    "you came to your appointment, but no images were taken.": Outcome.ATTENDED_NOT_SCREENED,
    "not all of the usual images could be taken. those taken show no signs of breast cancer.": (
        Outcome.PARTIAL_MAMMOGRAPHY
    ),
}


def headline(text: str) -> str | None:
    """The full headline that `text` is, or is the beginning of, where the page's edge has cut it; else None.

    A beginning that fits more than one headline (`SCREENED - `) is None.
    """
    text = _tidy(text).upper()
    full = [*HEADLINES, _NOT_SCREENED]
    if text in full:
        return text
    fitting = [known for known in full if known.startswith(text)]
    return fitting[0] if len(fitting) == 1 and len(text) > len("SCREENED - ") else None


def is_headline_like(text: str) -> bool:
    """Whether a line means to say how the episode ended, known to us or not."""
    return re.match(r"(NOT )?SCREENED\b(?!.*:)", _tidy(text).upper()) is not None


def decide(headline_text: str, opinions: tuple[str, ...], because: str | None) -> Outcome | None:
    """The outcome, or None where the print's own words are unknown, contradict each other or are not enough.

    An unknown opinion under "further attention" does no harm: a clinician sees that result in any case.
    Under every other headline it stops the result.
    """
    known = headline(headline_text)
    if known is None:
        return None
    if known == _NOT_SCREENED:
        return None if because is None or opinions else BECAUSE.get(_tidy(because).lower().rstrip("."))
    if because is not None:
        return None
    outcome = HEADLINES[known]
    for opinion in opinions:
        said = _opinion(opinion)
        if said is not outcome and not (said is None and outcome.abnormal):
            return None
    return outcome


def sentence(text: str) -> Outcome | None:
    """What a participant's letter tells her; None where it says nothing known, or more than one thing."""
    tidy = _tidy(text).lower()
    said = {outcome for words, outcome in SENTENCES.items() if words in tidy}
    return said.pop() if len(said) == 1 else None


def _opinion(text: str) -> Outcome | None:
    tidy = _tidy(text).lower()
    return next((outcome for words, outcome in OPINIONS.items() if tidy.startswith(words)), None)


def _tidy(text: str) -> str:
    return " ".join(text.replace("–", "-").replace("—", "-").split())
