"""Errors in the GP records of each arm, by kind, and what they do to the uptake that the records show."""

from dataclasses import dataclass

from reports import words
from reports.charts import GREEN, GREY, PINK, PURPLE, RED, Chart, Series, stacked_bars
from reports.figures import Figures, Section
from reports.rendering import Cell, Column, Row, Table, Unit


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of error: its key, what it is called, and what it means in a line."""

    key: str
    name: str
    meaning: str
    part: bool = False


# Each result with an error is in exactly one of these, the first that fits.
SPLIT = (
    (Kind("wrong_person", "Wrong person", "The result is in somebody else's record."), PINK),
    (Kind("duplicate", "Duplicate", "The result is in the person's record more than once."), GREEN),
    (
        Kind(
            "code",
            "Misleading or unclear",
            "The record says something else than what happened, or nobody can tell.",
        ),
        PURPLE,
    ),
    (
        Kind(
            "absent",
            "Lost",
            "It is in no right record and on nobody's list, or not where the sender believes it is.",
        ),
        RED,
    ),
    (
        Kind(
            "not_worked",
            "Practice does nothing with results",
            "It came to a practice that does nothing with results, and nobody looks for it.",
        ),
        GREY,
    ),
)

# Every way in which record and truth differ. A result can be in several.
DIFFERENCES = (
    Kind(
        "undelivered", "In no right record", "Not in the person's record when the run ended, for any reason."
    ),
    Kind(
        "not_findable",
        "Not findable",
        "In words alone, or under a marker of our own: readable, but no search finds it. Not counted as an error.",
    ),
    Kind(
        "right_by_another_code",
        "Right by a rarer code",
        "A code of the same meaning as most, but not theirs: a narrow search misses it. Not counted as an error.",
    ),
    Kind("misleading", "Misleading", "The entry says that something else happened than did."),
    Kind(
        "misleading_as_printed",
        "of these, as printed",
        "The office's print already said so: the record repeats it faithfully.",
        part=True,
    ),
    Kind(
        "unclear",
        "Unclear",
        "Nobody can tell what happened: a code that nobody knows or that is true of several outcomes, or such words.",
    ),
    Kind("wrong_date", "Wrong date", "The entry gives another day than the screening's."),
    Kind("wrong_person", "Wrong person", "The result is in somebody else's record."),
    Kind(
        "wrong_practice", "Wrong practice", "The entry is at a practice where the person is not registered."
    ),
    Kind("duplicate", "Duplicate", "The result is in the person's record more than once."),
    Kind("late", "Late", "The right entry came, but too late. Not counted as an error."),
    Kind(
        "entries_of_no_result",
        "Entries of no result",
        "Entries in the records that belong to no result of this run.",
    ),
)

# What a later print corrected or took back, and whether the records followed.
LATER = (
    Kind("amended", "Corrected by a later print", "The first print said something else than happened."),
    Kind("amended_as_first_printed", "and the record says the first print", "", part=True),
    Kind(
        "withdrawn",
        "Taken back by a later print",
        "It should never have been sent, and belongs in no record.",
    ),
    Kind("withdrawn_still_in_record", "and a record still holds it", "", part=True),
)

# What a search misses, beside all that it should have found.
HARMS = (
    ("Screened, and called due by her record", "due_though_screened", "screened"),
    ("Recalled for assessment, and no search finds it", "recalls_not_found", "recalls"),
    ("Recalled for assessment, and filed by a rule unseen", "recalls_filed_by_a_rule", "recalls"),
    ("Did not attend, and no search finds it", "absences_not_found", "absences"),
    ("Under the symptomatic service, and no search finds it", "symptomatic_not_found", "symptomatic"),
)


def errors(figures: Figures) -> Section:
    tables = {
        "errors": _errors(figures),
        "differences": _differences(figures),
        "harms": _harms(figures),
        "uptake": _uptake(figures),
    }
    if any(figures.number(f"arms.{arm}.{kind.key}") for arm in figures.arms for kind in LATER):
        rows = tuple(_row(figures, kind) for kind in LATER)
        tables["later"] = Table("later", "Results corrected and taken back", "What", _columns(figures), rows)
    drawn = [
        (kind, colour)
        for kind, colour in SPLIT
        if any(figures.number(_split(arm, kind)) for arm in figures.arms)
    ]
    charts = {"errors": _chart(figures, drawn)} if drawn else {}
    return Section("errors", "Errors in GP records", tables, charts)


def _chart(figures: Figures, drawn: list[tuple[Kind, str]]) -> Chart:
    return stacked_bars(
        "chart-errors",
        "Results with an error, by kind",
        "One bar for each way of sending results, in results.",
        [words.arm(arm) for arm in figures.arms],
        [
            Series(kind.name, [figures.number(_split(arm, kind)) for arm in figures.arms], colour)
            for kind, colour in drawn
        ],
        Unit.COUNT,
    )


def _columns(figures: Figures) -> tuple[Column, ...]:
    meaning = Column("What it means", numeric=False, wide=True)
    return (meaning, *(Column(words.arm(arm)) for arm in figures.arms))


def _split(arm: str, kind: Kind) -> str:
    return f"arms.{arm}.errors_by_kind.{kind.key}"


def _errors(figures: Figures) -> Table:
    rows = [
        _row(figures, Kind("errors", "Results with an error", "Each result counted once."), total=True),
        Row("Share of results", (Cell(""), *(_share(figures, arm) for arm in figures.arms)), "arms.*.errors"),
        _row(
            figures,
            Kind("errors_where_results_are_typed", "at practices that type results in", "", part=True),
        ),
        _row(
            figures,
            Kind("errors_where_nothing_is_done", "at practices that do nothing with them", "", part=True),
        ),
    ]
    for kind, _ in SPLIT:
        cells = (Cell(kind.meaning), *(figures.cell(_split(arm, kind)) for arm in figures.arms))
        rows.append(Row(kind.name, cells, f"arms.*.errors_by_kind.{kind.key}", part=True))
    return Table("errors", "Results with an error, by kind", "Error", _columns(figures), tuple(rows))


def _share(figures: Figures, arm: str) -> Cell:
    wrong, results = f"arms.{arm}.errors", f"arms.{arm}.results"
    count = figures.at(results)
    return Cell(figures.at(wrong) / count if count else None, Unit.SHARE, f"{wrong} / {results}")


def _differences(figures: Figures) -> Table:
    rows = tuple(_row(figures, kind) for kind in DIFFERENCES)
    return Table(
        "differences", "Every way in which records and truth differ", "What", _columns(figures), rows
    )


def _harms(figures: Figures) -> Table:
    columns = tuple(
        column for arm in figures.arms for column in (Column(words.arm(arm)), Column(f"{words.arm(arm)}: of"))
    )
    rows = tuple(
        Row(
            label,
            tuple(figures.cell(f"arms.{arm}.harms.{key}") for arm in figures.arms for key in (missed, every)),
            f"arms.*.harms.{missed}",
        )
        for label, missed, every in HARMS
    )
    return Table("harms", "People whom a search of the records misses", "Who", columns, rows)


def _row(figures: Figures, kind: Kind, *, total: bool = False) -> Row:
    counts = (figures.cell(f"arms.{arm}.{kind.key}") for arm in figures.arms)
    return Row(kind.name, (Cell(kind.meaning), *counts), f"arms.*.{kind.key}", total=total, part=kind.part)


def _uptake(figures: Figures) -> Table:
    columns = tuple(Column(words.arm(arm)) for arm in figures.arms)
    rows = tuple(
        Row(
            label,
            tuple(figures.cell(f"arms.{arm}.{key}", Unit.SHARE) for arm in figures.arms),
            f"arms.*.{key}",
        )
        for label, key in (("In truth", "uptake_true"), ("By the GP records", "uptake_recorded"))
    )
    return Table("uptake", "Share of invited people who were screened", "Uptake", columns, rows)
