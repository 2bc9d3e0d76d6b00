"""What would change our mind: what was believed and what held, by the features' own evidence; what moves the choice
and the result; and every assumption with its source.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from pilot.errors import FileError
from pilot.measures import Matter, National
from pilot.measures.england import Driver
from reports import words
from reports.charts import BLUE, Chart, floating_bars
from reports.figures import Figures, Section
from reports.rendering import Cell, Column, Row, Table, Unit

# As many bars as can be read at a glance; the table has every assumption that matters.
MOST_DRAWN = 8
_COLUMNS = (
    Column("Grade", numeric=False),
    Column("Influence"),
    Column("Fewest GP hours"),
    Column("Most GP hours"),
)
_JUDGED_COLUMNS = (
    Column("Value", ranged=True),
    Column("Unit", numeric=False),
    Column("Influence on England's hours"),
    Column("Used for", numeric=False),
)
_EVERY_COLUMNS = (
    Column("What it says", numeric=False),
    Column("Value", ranged=True),
    Column("Unit", numeric=False),
    Column("Distribution", numeric=False),
    Column("Source", numeric=False),
    Column("Date", numeric=False),
    Column("Grade", numeric=False),
    Column("Used for", numeric=False),
)


def doubts(figures: Figures) -> Section:
    tables = {"judged": judged} if (judged := _judged(figures)).rows else {}
    charts = {}
    facts = {}
    if (made := figures.shape.decision) is not None and made.matters:
        place = next(i for i, option in enumerate(made.options) if option.name == made.best)
        facts = {
            "best": Cell(words.option(made.best)),
            "everything": figures.cell(f"decision.options[{place}].regret_gbp", Unit.POUNDS),
        }
        tables |= {"matters": _matters(figures, made.matters)}
        charts = {"matters": _moves(made.matters)}
    national = figures.shape.national
    if national is not None and national.drivers:
        tables = {"drivers": _table(figures, national)} | tables
        charts |= {"drivers": _chart(national)}
    return Section("doubts", "What would change our mind", tables, charts, facts)


def assumptions(figures: Figures) -> Section:
    rows = []
    for i, one in enumerate(figures.shape.assumptions):
        key = f"assumptions[{i}]"
        rows.append(
            Row(
                one.name,
                (
                    Cell(one.sentence),
                    figures.assumption(i),
                    Cell(one.unit),
                    Cell(one.distribution),
                    Cell(one.source),
                    Cell(one.date),
                    Cell(one.grade),
                    Cell(", ".join(one.used_for)),
                ),
                key,
            )
        )
    table = Table("assumptions", "Every assumption", "Name", _EVERY_COLUMNS, tuple(rows))
    return Section("assumptions", "Where each assumption comes from", {"assumptions": table})


def _matters(figures: Figures, matters: Sequence[Matter]) -> Table:
    columns = (
        Column("Saved at its low end"),
        Column("Saved at its high end"),
        Column("Share of the doubt"),
        Column("Worth of knowing"),
    )
    units = (Unit.POUNDS, Unit.POUNDS, Unit.SHARE, Unit.POUNDS)
    parts = ("saved_low", "saved_high", "doubt", "worth_gbp")
    rows = [
        Row(
            words.assumption(one.assumption),
            tuple(
                figures.cell(f"decision.matters[{i}].{part}", unit)
                for part, unit in zip(parts, units, strict=True)
            ),
            f"decision.matters[{i}]",
            link=figures.link(one.assumption),
        )
        for i, one in enumerate(matters)
    ]
    return Table(
        "matters",
        "What moves the saving of one office over this run's span",
        "Assumption",
        columns,
        tuple(rows),
    )


def _moves(matters: Sequence[Matter]) -> Chart:
    """Widest first: a tornado."""
    drawn = sorted(matters, key=lambda one: -abs(one.saved_high - one.saved_low))[:MOST_DRAWN]
    return floating_bars(
        "chart-matters",
        "How far each assumption moves what an office saves",
        "One bar for each assumption, from the least to the most pounds that it alone could make the saving.",
        [words.assumption(one.assumption) for one in drawn],
        [(min(one.saved_low, one.saved_high), max(one.saved_low, one.saved_high)) for one in drawn],
        BLUE,
        Unit.POUNDS,
    )


def _ranked(national: National) -> list[tuple[int, Driver]]:
    """Each driver with its place in figures.json, the most influential first."""
    return sorted(enumerate(national.drivers), key=lambda pair: -abs(pair[1].rank_correlation))


def _table(figures: Figures, national: National) -> Table:
    grades = {assumption.name: assumption.grade for assumption in figures.shape.assumptions}
    rows = []
    for i, driver in _ranked(national):
        key = f"national.drivers[{i}]"
        cells = (
            Cell(grades.get(driver.assumption, "not listed")),
            figures.cell(f"{key}.rank_correlation", Unit.RATIO),
            figures.cell(f"{key}.hours_low", Unit.HOURS),
            figures.cell(f"{key}.hours_high", Unit.HOURS),
        )
        name = driver.assumption
        rows.append(Row(words.assumption(name), cells, key, link=figures.link(name)))
    return Table("drivers", "Assumptions, the most influential first", "Assumption", _COLUMNS, tuple(rows))


def _judged(figures: Figures) -> Table:
    """Every assumption without a source: those that move the figures for England first, the most influential first."""
    drivers = figures.shape.national.drivers if figures.shape.national else []
    places = {driver.assumption: i for i, driver in enumerate(drivers)}
    judged = [(i, one) for i, one in enumerate(figures.shape.assumptions) if one.grade == "judgement"]

    def influence(name: str) -> float:
        return abs(drivers[places[name]].rank_correlation) if name in places else 0

    rows = []
    for i, one in sorted(judged, key=lambda pair: -influence(pair[1].name)):
        key = f"national.drivers[{places[one.name]}].rank_correlation" if one.name in places else ""
        cells = (
            figures.assumption(i),
            Cell(one.unit),
            figures.cell(key, Unit.RATIO) if key else Cell("not used"),
            Cell(", ".join(one.used_for)),
        )
        rows.append(Row(words.assumption(one.name), cells, f"assumptions[{i}]", link=figures.link(one.name)))
    return Table("judged", "Assumptions that rest on judgement", "Assumption", _JUDGED_COLUMNS, tuple(rows))


def _chart(national: National) -> Chart:
    drawn = [driver for _, driver in _ranked(national)[:MOST_DRAWN]]
    return floating_bars(
        "chart-drivers",
        "How far each assumption moves the hours saved in England",
        "One bar for each assumption, from the fewest to the most GP hours a year that it alone could make them.",
        [words.assumption(driver.assumption) for driver in drawn],
        [(min(one.hours_low, one.hours_high), max(one.hours_low, one.hours_high)) for one in drawn],
        BLUE,
        Unit.HOURS,
    )


_EVIDENCE: Final = "evidence/1"
_HELD: Final = "held"
_SABOTAGE: Final = "sabotage/1"
_HYPOTHESIS: Final = tuple(
    Column(heading, numeric=False, wide=heading != "Outcome")
    for heading in ("Believed", "Threshold", "Measured", "Outcome", "Killed by")
)
_BREAKS: Final = (Column("Where", numeric=False), Column("Noticed by", numeric=False))


class Claim(msgspec.Struct, frozen=True):
    """One claim as the features say it: what was measured at each seed, and what was claimed."""

    said: str


class Hypothesis(msgspec.Struct, frozen=True):
    """One scenario of the features. `to_measure`: what only a live pilot can."""

    file: str
    feature: str
    scenario: str
    believed: str
    threshold: str
    outcome: str
    claims: tuple[Claim, ...]
    to_measure: str = ""

    @property
    def key(self) -> str:
        return f"{self.file}::{self.scenario}"


class Break(msgspec.Struct, frozen=True):
    """One way in which the pilot was broken, and the hypotheses that noticed; `did_not_run` are those it stopped."""

    what: str
    where: str
    noticed_by: tuple[str, ...]
    did_not_run: int = 0

    @property
    def noticed(self) -> str:
        """By what, in words."""
        stopped = [f"the pilots of {self.did_not_run} did not run"] if self.did_not_run else []
        return ", ".join([*map(_named, self.noticed_by), *stopped]) or "nothing"


class _Evidence(msgspec.Struct, frozen=True):
    format: str
    hypotheses: tuple[Hypothesis, ...]


class _Sabotage(msgspec.Struct, frozen=True):
    format: str
    sabotages: dict[str, Break]
    killed_by: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The features' evidence, and the matrix of sabotage where there is one."""

    hypotheses: tuple[Hypothesis, ...] = ()
    breaks: Mapping[str, Break] = field(default_factory=dict)
    killed_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_evidence(evidence: Path | None, sabotage: Path | None) -> Evidence:
    """From what `make evidence` and `make sabotage` wrote. Raises FileError naming the file and what is wrong."""
    told = _read(evidence, _Evidence, _EVIDENCE).hypotheses if evidence else ()
    if sabotage is None:
        return Evidence(told)
    matrix = _read(sabotage, _Sabotage, _SABOTAGE)
    return Evidence(told, matrix.sabotages, matrix.killed_by)


def _read(path: Path, kind: type[Any], form: str) -> Any:
    try:
        read = msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise FileError(
            f"It cannot be read ({error.strerror})", str(path), "Name a file that is there"
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FileError(f"It is not {form} ({error})", str(path), _MEND) from None
    if read.format != form:
        raise FileError(f"It is written as {read.format}, and this version reads {form}", str(path), _MEND)
    return read


_MEND: Final = "Make it again with make evidence or make sabotage"


def hypotheses(figures: Figures, evidence: Evidence) -> Section | None:  # noqa: ARG001  (of all runs, not of this one)
    if not evidence.hypotheses:
        return None
    held = sum(one.outcome == _HELD for one in evidence.hypotheses)
    facts = {"held": Cell(held, Unit.COUNT), "all": Cell(len(evidence.hypotheses), Unit.COUNT)}
    tables = {"open": _open(evidence), "hypotheses": _believed(evidence)}
    if evidence.breaks:
        tables["breaks"] = _breaks(evidence.breaks)
    return Section("hypotheses", "What was believed, and what held", tables, facts=facts)


def _open(evidence: Evidence) -> Table:
    """What a sceptic asks for first: everything that did not hold, and what no simulation can tell."""
    rows = [
        Row(f"{one.feature}: {one.scenario}", (Cell(one.outcome), Cell(_measured(one))))
        for one in evidence.hypotheses
        if one.outcome != _HELD
    ]
    columns = (Column("Outcome", numeric=False), Column("Measured", numeric=False, wide=True))
    return Table("not_held", "What does not hold, or cannot be told", "Hypothesis", columns, tuple(rows))


def _believed(evidence: Evidence) -> Table:
    rows = [
        Row(
            f"{one.feature}: {one.scenario}",
            (
                Cell(one.believed),
                Cell(one.threshold),
                Cell(_measured(one)),
                Cell(one.outcome),
                Cell(_killers(evidence.killed_by, one.key)),
            ),
        )
        for one in evidence.hypotheses
    ]
    return Table("hypotheses", "Every hypothesis", "Hypothesis", _HYPOTHESIS, tuple(rows))


def _measured(one: Hypothesis) -> str:
    if one.to_measure:
        return f"The live pilot must measure {one.to_measure}"
    return "; ".join(claim.said for claim in one.claims) or "its pilot could not be run"


def _killers(killed_by: Mapping[str, Sequence[str]], key: str) -> str:
    if key not in killed_by:
        return "not tried"
    return ", ".join(name.replace("_", " ") for name in killed_by[key]) or "nothing that was tried"


def _breaks(breaks: Mapping[str, Break]) -> Table:
    rows = [
        Row(
            one.what,
            (Cell(one.where), Cell(one.noticed)),
        )
        for one in breaks.values()
    ]
    return Table("breaks", "Each way in which the pilot was broken", "Break", _BREAKS, tuple(rows))


def _named(key: str) -> str:
    return key.partition("::")[2]
