"""figures.json, checked, with every figure reachable by the key that a reader can look up."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from pilot.errors import FileError
from reports.shape import Shape
from reports.tables import Cell, Range, Unit

FORMAT = "figures/1"
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Figures:
    """`shape` is the checked content; `at` and the makers of cells read it by key, as in `arms.paper.errors`."""

    shape: Shape
    raw: Mapping[str, Any]

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms of the run, as the scenario names them."""
        return tuple(self.shape.run.arms)

    @property
    def compared(self) -> tuple[str, ...]:
        """The arms that are held against paper."""
        return tuple(arm for arm in self.arms if f"{arm}_vs_paper" in self.shape.comparisons)

    @property
    def main(self) -> str | None:
        """The arm that the answer speaks of: coded messages, or whatever else is held against paper."""
        return next((arm for arm in ("coded", *self.compared) if arm in self.compared), None)

    @property
    def methods(self) -> tuple[str, ...]:
        """The keys of how the comparisons' ranges were made, each way of making them once."""
        keys: dict[str, str] = {}
        for arm in self.compared:
            keys.setdefault(
                self.shape.comparisons[f"{arm}_vs_paper"].method.text, f"comparisons.{arm}_vs_paper.method"
            )
        return tuple(keys.values())

    def kinds(self, group: str) -> tuple[str, ...]:
        """The keys under `arms.<arm>.<group>` that are not zero in every arm, in their first order."""
        groups = [self.at(f"arms.{arm}.{group}") for arm in self.arms]
        kinds = dict.fromkeys(kind for group in groups for kind in group)
        return tuple(kind for kind in kinds if any(group.get(kind) for group in groups))

    def at(self, key: str) -> Any:
        """What stands at a key. Raises KeyError or IndexError where nothing does."""
        here: Any = self.raw
        for name, index in _STEP.findall(key):
            here = here[int(index)] if index else here[name]
        return here

    def number(self, key: str) -> float | None:
        """The figure at a key; None where it was not measured, or where an arm has no such kind of it."""
        try:
            value: float | None = self.at(key)
        except KeyError:
            return None
        return value

    def cell(self, key: str, unit: Unit = Unit.COUNT) -> Cell:
        return Cell(self.number(key), unit, key)

    def word(self, key: str, words: Mapping[str, str]) -> Cell:
        """What a word of the machine's is called by people."""
        word = self.at(key)
        return Cell(words.get(word, word), Unit.TEXT, key)

    def hours(self, key: str) -> Cell:
        """A figure in minutes, shown in hours."""
        minutes = self.number(key)
        return Cell(None if minutes is None else minutes / 60, Unit.HOURS, f"{key} / 60")

    def span(self, key: str, unit: Unit) -> Cell:
        """A figure with its range, as `value` or `median`, `low` and `high`."""
        part = self.at(key)
        middle = part["value"] if "value" in part else part["median"]
        return Cell(Range(middle, part["low"], part["high"]), unit, key)

    def difference(self, more: str, less: str, unit: Unit) -> Cell:
        """One figure less another; a kind that an arm does not have counts as none of it."""
        value = (self.number(more) or 0) - (self.number(less) or 0)
        return Cell(value, unit, f"{more} - {less}")

    def hours_difference(self, more: str, less: str) -> Cell:
        """The difference of two figures in minutes, shown in hours."""
        minutes = (self.number(more) or 0) - (self.number(less) or 0)
        return Cell(minutes / 60, Unit.HOURS, f"({more} - {less}) / 60")


def check(figures: Mapping[str, Any]) -> Figures:
    """The figures of a run. Raises FileError, naming the part at fault, where they are not."""
    written_as = figures.get("format") if isinstance(figures, Mapping) else None
    if isinstance(written_as, str) and written_as != FORMAT:
        raise _unfit(f"written as {written_as}, where this version reads {FORMAT}")
    try:
        shape = msgspec.convert(figures, Shape)
    except msgspec.ValidationError as error:
        raise _unfit(_plain(str(error))) from None
    for arm in shape.run.arms:
        if arm not in shape.arms:
            raise _unfit(f"missing arms.{arm}, which run.arms names")
    return Figures(shape, figures)


def _unfit(fault: str) -> FileError:
    return FileError(
        "These are not the figures of a finished run",
        f"figures.json, {fault}",
        "Name the folder of a run that finished, or finish this one with pilot run --resume",
    )


def _plain(message: str) -> str:
    """msgspec's words, without its marks: "Object missing required field `run`" -> "missing run"."""
    message = message.replace("Object missing required field", "missing").replace("$.", "").replace("`", "")
    return message[0].lower() + message[1:]
