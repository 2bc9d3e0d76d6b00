"""figures.json, checked, with every figure reachable by the key that a reader can look up; and a
section of the page that shows some.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pilot.domain.arm import TODAY
from pilot.measures import Figures as Measured
from pilot.measures import figures_from
from reports.charts import Chart
from reports.rendering import Cell, Range, Table, Unit

_MIDDLES = ("value", "median", "mean")
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Figures:
    """`shape` is the file as the measures know it; `at` and the makers of cells read it by key: `arms.paper.errors`."""

    shape: Measured
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
        return self.shape.main

    @property
    def increments(self) -> tuple[str, ...]:
        """The keys of the comparisons with the best of the ways that change less, where that is not paper."""
        return tuple(key for key, one in self.shape.comparisons.items() if one.against != TODAY.key)

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

    def link(self, assumption: str) -> str:
        """The anchor of a row of the evidence; empty where the figures do not list it."""
        known = any(one.name == assumption for one in self.shape.assumptions)
        return f"assumption-{assumption}" if known else ""

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
        """A figure with its range, as `value`, `median` or `mean`, `low` and `high`."""
        part = self.at(key)
        middle = part[next(name for name in _MIDDLES if name in part)]
        return Cell(Range(middle, part["low"], part["high"]), unit, key)

    def assumption(self, place: int) -> Cell:
        """A row of the evidence with its range; the calendar's years as dates."""
        unit = Unit.DATE if self.shape.assumptions[place].unit == "calendar year" else Unit.NUMBER
        return self.span(f"assumptions[{place}]", unit)

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
    return Figures(figures_from(figures), figures)


@dataclass(frozen=True, slots=True)
class Section:
    """`id` names the template (`sections/<id>.html.j2`) and the anchor; `facts` are figures used in its sentences."""

    id: str
    heading: str
    tables: Mapping[str, Table] = field(default_factory=dict)
    charts: Mapping[str, Chart] = field(default_factory=dict)
    facts: Mapping[str, Cell] = field(default_factory=dict)
