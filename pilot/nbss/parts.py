"""One record's lines taken apart: what stands behind each label, the name, the headline and what is below it."""

import re
from dataclasses import dataclass, field

from pilot.nbss.fields import DETAIL, IDENTITY, continued, labelled, tidy, unlabelled
from pilot.nbss.outcomes import is_headline_like, is_known_detail

_HEADING = re.compile(r"\s*NHS\s+BREAST\s+SCREENING\s+PROGRAMME\b", re.IGNORECASE)
_RULE = re.compile(r"\s*[_\-=─━]{10,}\s*")


@dataclass(slots=True)
class Parts:
    """What was found of a record. Of the texts, None is not found and "" is printed empty.

    `values` holds the labelled fields that have one value; `twice` names one that has two. `strange` are lines, or
    words before a label, that are no known part of a record. `office` is the name that the heading ends in.
    """

    name: str | None = None
    values: dict[str, str] = field(default_factory=dict)
    address: list[str] = field(default_factory=list)
    headline: str | None = None
    opinions: list[str] = field(default_factory=list)
    because: str | None = None
    strange: list[str] = field(default_factory=list)
    twice: str | None = None
    office: str = ""

    @property
    def nhs_number(self) -> str:
        """Without its spaces."""
        return re.sub(r"[\s-]", "", self.values.get("nhs_number", ""))

    @property
    def screening_number(self) -> str:
        return self.values.get("screening_number", "").replace(" ", "").upper()

    @property
    def said(self) -> str:
        """What the print says of the outcome, for a person; not what stands there unannounced, it may be a name."""
        said = [self.headline or "", *self.opinions, self.because or ""]
        return "; ".join(text for text in said if text)

    def take(self, name: str, value: str) -> None:
        """Note a labelled value; the same one twice is one."""
        if self.values.setdefault(name, value) != value:
            self.twice = name


def is_heading(line: str) -> bool:
    """Whether a line is the one that every record, cover and letter begins with."""
    return _HEADING.match(line) is not None


def heading_names(line: str) -> str:
    """The office that a heading names."""
    return tidy(_HEADING.sub("", line))


def is_known_line(line: str) -> bool:
    """Whether a line is of a kind that records and covers have, wherever it stands."""
    return bool(
        is_heading(line)
        or is_headline_like(line)
        or _RULE.fullmatch(line)
        or line.strip().startswith(":")
        or labelled(line, IDENTITY)
        or labelled(line, DETAIL)
        or is_known_detail(line)
    )


def has_identity(lines: tuple[str, ...]) -> bool:
    """Whether a piece of print says who it is about."""
    return any(name == "screening_number" for line in lines for name, _ in labelled(line, IDENTITY))


def has_outcome(lines: tuple[str, ...]) -> bool:
    """Whether a piece of print says how an episode ended."""
    return any(is_headline_like(line) for line in lines)


def parts_of(lines: tuple[str, ...]) -> Parts:
    """Walk a record's lines from top to bottom; blank ones do not matter."""
    parts = Parts()
    last = ""
    for line in lines:
        if is_heading(line):
            parts.office = heading_names(line)
        elif last == "address" or not parts.office or tidy(line) != parts.office:
            take = _identity if parts.headline is None else _detail
            last = take(parts, line, last)
    return parts


def _identity(parts: Parts, line: str, last: str) -> str:
    """Take one line above the headline; returns the field that a continuation line would belong to."""
    found = labelled(line, IDENTITY)
    if before := unlabelled(line, IDENTITY):
        parts.strange.append(before)
    for name, value in found:
        if name == "address":
            parts.address.append(value)
        else:
            parts.take(name, value)
    if found:
        return found[0][0]
    if _RULE.fullmatch(line):
        return "rule"
    if last == "address" and not is_headline_like(line):
        parts.address.append(continued(line))
        return last
    if "screening_number" not in parts.values and parts.name is None and "," in line:
        parts.name = tidy(line)
    elif "screening_number" in parts.values and (last == "rule" or is_headline_like(line)):
        parts.headline = tidy(line)
    else:
        parts.strange.append(tidy(line))
    return ""


def _detail(parts: Parts, line: str, last: str) -> str:
    """Take one line below the headline; returns the field that the next line may go on with."""
    for name, value in labelled(line, IDENTITY):
        # Another record that runs into this one shows in a second number.
        parts.take(name, value)
    found = labelled(line, DETAIL)
    for name, value in found:
        if name == "opinion":
            parts.opinions.append(value)
        elif name == "because":
            parts.because = tidy(f"{parts.because or ''} {value}")
        else:
            parts.take(name, value)
    if found:
        return found[-1][0]
    more = tidy(line)
    if last == "because":
        parts.because = f"{parts.because} {more}".strip()
    elif last == "opinion":
        parts.opinions[-1] = f"{parts.opinions[-1]} {more}".strip()
    else:
        parts.strange.append(more)
    return last
