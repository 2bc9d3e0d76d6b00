"""How an office's reports look: paper, fonts, pitch, furniture and labels; and what of it has changed.

It is an office's fingerprint. A report that looks otherwise may be of another driver, another release of NBSS or
another office: it may still read without a fault, and be read wrongly.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from pilot.nbss.fields import field_of, labels_of

_SAME_PITCH = 0.15
"""Points: pitches are inferred to a tenth, and one that lies between two falls to either side."""


_KIN = (
    frozenset({"Screened on", "Mammography on"}),
    frozenset({"Date screened", "Date of mammography"}),
    frozenset({"Opinion", "Opinion L", "Opinion R"}),
    frozenset({"Result", "Result L", "Result R"}),
)


@dataclass(frozen=True, slots=True)
class Looks:
    """Of one report, from its first pages.

    `paper` is width and height in points; `fonts` are their names, without the mark of a subset; `pitch` is the width
    of a column in points, 0 where type is proportional; `furniture` are the lines that a driver or a browser adds, with
    # for every number; `labels` are the labels of its records, as they are spelt.
    """

    paper: tuple[int, int]
    fonts: tuple[str, ...]
    pitch: float
    furniture: tuple[str, ...]
    labels: tuple[str, ...]


def labels_in(lines: Iterable[str]) -> tuple[str, ...]:
    """Every label of some records' lines, once, as it is spelt."""
    return tuple(sorted({label for line in lines for label in labels_of(line)}))


def drift(now: Looks, confirmed: Sequence[Looks]) -> tuple[str, ...]:
    """What of a report is not as in the confirmed one that is nearest to it, a sentence each; empty where all is.

    What is absent is no change: a short report need not have every label and every piece of furniture. Nor is a label
    that no confirmed report happened to have; one that stands for the same field as a confirmed one is.
    """
    return min((_changes(now, looks) for looks in confirmed), key=len, default=())


def _changes(now: Looks, then: Looks) -> tuple[str, ...]:
    said: list[str] = []
    if now.paper != then.paper:
        said.append(f"paper {_size(now.paper)}, confirmed {_size(then.paper)}")
    if new := set(now.fonts) - set(then.fonts):
        said.append(f"font {', '.join(sorted(new))}, confirmed {', '.join(then.fonts) or 'none'}")
    if abs(now.pitch - then.pitch) > _SAME_PITCH:
        said.append(f"{_pitch(now.pitch)}, confirmed {_pitch(then.pitch)}")
    said += [f'new line on its pages: "{line}"' for line in now.furniture if line not in then.furniture]
    said += [
        f'label "{label}" in its records, confirmed {", ".join(held)}'
        for label in now.labels
        if (held := _otherwise(label, then.labels))
    ]
    return tuple(said)


def _otherwise(label: str, confirmed: Sequence[str]) -> tuple[str, ...]:
    """How the confirmed reports spell the field that a label is for, where this spelling goes with none of theirs."""
    held = tuple(other for other in confirmed if field_of(other) == field_of(label))
    return () if any(_go_together(label, other) for other in held) else held


def _go_together(one: str, other: str) -> bool:
    """Whether one office's records have both spellings: as its outcomes need them, on the published samples too."""
    return one == other or any({one, other} <= kin for kin in _KIN)


def in_words(looks: Looks) -> dict[str, str]:
    """The same for a person to look at, part by part."""
    return {part.name: _said(part.name, getattr(looks, part.name)) for part in fields(Looks)}


def _said(part: str, value: object) -> str:
    if part == "paper":
        width, height = value if isinstance(value, tuple) else (0, 0)
        return _size((width, height))
    if part == "pitch":
        return _pitch(float(str(value)))
    return "; ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _size(paper: tuple[int, int]) -> str:
    return f"{paper[0]} by {paper[1]} points"


def _pitch(pitch: float) -> str:
    return f"columns of {pitch:.1f} points" if pitch else "proportional type"
