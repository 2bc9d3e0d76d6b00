"""The words of the report: what each part of figures.json is called, and what it means, in a line."""

from typing import Final

from pilot.domain.arm import ARMS, arm_name
from pilot.domain.outcome import OUTCOME_NAMES

WORK: Final = {
    "letters": "Opening, coding and filing letters",
    "documents": "Reading, coding and filing PDFs",
    "review": "A clinician's review",
    "unmatched": "Finding whose result it is",
    "rules": "Looking after the filing rules",
    "printing": "Printing",
    "emailing": "Saving PDFs and emailing them",
    "checking": "Checking prints by eye",
    "enveloping": "Putting in envelopes",
    "intake": "Handing batches to the pipeline",
    "exceptions": "Working the exceptions list",
}

PAY: Final = {
    "gp_clerical": "GP practice administrators",
    "gp_clinical": "GP practice clinicians",
    "bso": "Screening office staff",
}

GRADES: Final = {
    "published": "A named public source gives this figure.",
    "derived": "Worked out from published figures.",
    "judgement": "Our judgement: no source was found. A pilot should measure it.",
}

DISTRIBUTIONS: Final = {
    "fixed": "No doubt: one value.",
    "uniform": "Anything from low to high, each as likely.",
    "pert": "PERT, as in planning projects: low and high are the limits, the value the likeliest, and what is near "
    "it likelier than what is far.",
    "beta": "A share: the value is its mean, and low and high are roughly its 95% range.",
    "lognormal": "Never below nought, with a long tail upwards: the value is its median, low and high its 95% range.",
}

SUPPLIERS: Final = {"emis": "EMIS Web", "systmone": "SystmOne"}


OPTIONS: Final = {
    "paper": "Stay with paper, and wait for what replaces NBSS",
    "pdf_email": "Email PDFs",
    "mesh_pdf": "Send PDFs over MESH now",
    "coded": "Send coded messages",
    "coded_normal": "Send coded messages, with a rule for normal results alone",
    "coded_normal_and_dna": "Send coded messages, with rules for normal and did not attend",
}

GROUPINGS: Final = {"imd_quintile": "Deprivation", "ethnicity": "Ethnicity"}
_ENDS_OF_IMD: Final = {"1": "1, most deprived", "5": "5, least deprived"}


def group(by: str, key: str) -> str:
    """A group of people: a fifth of the deprivation index, or an ethnicity."""
    return _ENDS_OF_IMD.get(key, key) if by == "imd_quintile" else name({}, key)


def name(words: dict[str, str], key: str) -> str:
    """What a key is called; a key that has no words yet is shown as it is, without its underscores."""
    return words.get(key, key.replace("_", " ").capitalize())


def option(key: str) -> str:
    """What could be done, as something to do."""
    return name(OPTIONS, key)


def outcome(key: str) -> str:
    return name({known.value: said for known, said in OUTCOME_NAMES.items()}, key)


def arm(key: str) -> str:
    return arm_name(key)


def arm_meaning(key: str) -> str:
    return ARMS[key].meaning if key in ARMS else "A way that this report has no words for yet."


def assumption(key: str) -> str:
    """`bso_exception_minutes` as BSO exception minutes."""
    spoken = [word.upper() if word in {"bso", "gp", "gbp", "nbss"} else word for word in key.split("_")]
    return " ".join(spoken)[0].upper() + " ".join(spoken)[1:]


def mid_sentence(key: str) -> str:
    """An arm inside a sentence: "coded messages", but "PDF by email"."""
    text = arm(key)
    return text if text[:2].isupper() else text[0].lower() + text[1:]


def saved(key: str, compared: tuple[str, ...]) -> str:
    """The heading of a saving: which arm saved it needs saying only where there are several."""
    return "Saved" if len(compared) == 1 else f"Saved by {arm(key)}"
