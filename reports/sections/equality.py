"""What happens to 10,000 women in each way, and whether it serves groups of people alike."""

from pilot.measures.searching import Women
from reports import words
from reports.charts import Chart, Dot, Series, arm_colours, bars, dots
from reports.figures import Figures, Section
from reports.rendering import Cell, Column, Row, Table, Unit

_MEASURES = (
    ("in no right record", "undelivered", Unit.COUNT),
    ("lost", "lost", Unit.COUNT),
    ("wrong in the record", "errors_in_record", Unit.COUNT),
    ("late", "late", Unit.COUNT),
    ("due by her record, though screened", "harms.due_though_screened", Unit.COUNT),
    ("recalled, and no search finds it", "harms.recalls_not_found", Unit.COUNT),
    ("did not attend, and no search finds it", "harms.absences_not_found", Unit.COUNT),
    ("days, median", "median_days", Unit.DAYS),
)
KINDS = (
    ("due_though_screened", "Looks due by her record, and was screened"),
    ("recalls_not_found", "Recalled, and no search finds it"),
    ("absences_not_found", "Did not attend, and no search finds it"),
    ("wrong_in_record", "Her record says what did not happen, or nobody can tell"),
    ("late", "In her record, but late"),
)
_PARTED = (
    ("practice", "Practice"),
    ("imd_quintile", "Deprivation"),
    ("ethnicity", "Ethnicity"),
)  # fmt: skip
_HEADINGS = ("share in no right record", *(name for name, _, _ in _MEASURES))
_WomenAt = dict[tuple[str, str, str], int]
_Places = dict[tuple[str, str, str], str]


def equality(figures: Figures) -> Section | None:
    """None where the figures part nobody into groups."""
    found = figures.shape.equality
    places = {(one.by, one.group, one.arm): f"equality[{i}]" for i, one in enumerate(found)}
    tables, charts = {}, {}
    for by in dict.fromkeys(one.by for one in found):
        groups = list(dict.fromkeys(one.group for one in found if one.by == by))
        tables[by] = _table(figures, places, by, groups)
        charts[by] = _chart(figures, places, by, groups)
    return Section("equality", "Whether it is the same for everybody", tables, charts) if tables else None


def _table(figures: Figures, places: _Places, by: str, groups: list[str]) -> Table:
    """A row for each group in each way: side by side, the ways would be wider than any page."""
    columns = (Column("Results"), Column("Uptake, in truth"), *(Column(name) for name in _HEADINGS))
    rows = []
    for group in groups:
        here = [places.get((by, group, arm), "") for arm in figures.arms]
        anywhere = next(key for key in here if key)
        whole = (
            figures.cell(f"{anywhere}.results"),
            figures.cell(f"{anywhere}.uptake_true", Unit.SHARE),
            *(Cell("") for _ in _HEADINGS),
        )
        rows.append(Row(words.group(by, group), whole, total=True))
        for arm, key in zip(figures.arms, here, strict=True):
            rows.append(Row(words.arm(arm), (Cell(""), Cell(""), *_cells(figures, key)), part=True))
    caption = f"By {words.name(words.GROUPINGS, by).lower()}"
    return Table(f"by_{by}", caption, words.name(words.GROUPINGS, by), columns, tuple(rows))


def _cells(figures: Figures, key: str) -> list[Cell]:
    if not key:
        return [Cell(None) for _ in _HEADINGS]
    of = f"{key}.undelivered / {key}.results"
    counted = [figures.cell(f"{key}.{measure}", unit) for _, measure, unit in _MEASURES]
    return [Cell(_share(figures, key), Unit.SHARE, of), *counted]


def _chart(figures: Figures, places: _Places, by: str, groups: list[str]) -> Chart:
    return bars(
        f"chart-by-{by}",
        f"Share of results that are in no right record, by {words.name(words.GROUPINGS, by).lower()}",
        "One bar for each group of people and way of sending results.",
        [words.group(by, group) for group in groups],
        [
            Series(
                words.arm(arm), [_share(figures, places.get((by, group, arm))) for group in groups], colour
            )
            for arm, colour in zip(figures.arms, arm_colours(figures.arms), strict=True)
        ],
        Unit.SHARE,
    )


def _share(figures: Figures, key: str | None) -> float | None:
    missing, results = (
        figures.number(f"{key}.{part}") if key else None for part in ("undelivered", "results")
    )
    return missing / results if missing is not None and results else None


def women(figures: Figures) -> Section | None:
    """None where the figures have no rates (those of an older run)."""
    if not figures.shape.women:
        return None
    places = {(one.by, one.group, one.arm): i for i, one in enumerate(figures.shape.women)}
    tables = {"women": _all(figures, places)}
    for by, heading in _PARTED:
        groups = list(dict.fromkeys(one.group for one in figures.shape.women if one.by == by))
        for key, said in KINDS if groups else ():
            tables[f"{by.partition('_')[0]}_{key}"] = _grouped(
                figures, places, (by, heading), groups, (key, said)
            )
    charts = {key: _dots(figures, key, said) for key, said in KINDS}
    return Section("women", "Of 10,000 women", tables, charts, {"practices": figures.cell("run.practices")})


def _rate(figures: Figures, places: _WomenAt, by: str, group: str, arm: str, key: str) -> Cell:
    at = places.get((by, group, arm))
    return Cell(None) if at is None else figures.span(f"women[{at}].{key}", Unit.ESTIMATE)


def _all(figures: Figures, places: _WomenAt) -> Table:
    columns = tuple(Column(words.arm(arm), ranged=True) for arm in figures.arms)
    rows = tuple(
        Row(said, tuple(_rate(figures, places, "all", "", arm, key) for arm in figures.arms))
        for key, said in KINDS
    )
    return Table("women", "Of 10,000 women to whom something happens", "What happens", columns, rows)


def _grouped(
    figures: Figures, places: _WomenAt, by: tuple[str, str], groups: list[str], kind: tuple[str, str]
) -> Table:
    names = {practice.ods: practice.name for practice in figures.shape.practices}
    columns = (Column("Women"), *(Column(words.arm(arm), ranged=True) for arm in figures.arms))
    rows = []
    for group in groups:
        first = next(i for (part, name, _), i in places.items() if part == by[0] and name == group)
        rates = (_rate(figures, places, by[0], group, arm, kind[0]) for arm in figures.arms)
        label = f"{names.get(group, '')} ({group})" if by[0] == "practice" else words.group(by[0], group)
        rows.append(Row(label, (figures.cell(f"women[{first}].women"), *rates)))
    return Table(
        f"{by[0].partition('_')[0]}_{kind[0]}", f"{kind[1]}, by {by[1].lower()}", by[1], columns, tuple(rows)
    )


def _dots(figures: Figures, key: str, said: str) -> Chart:
    whole: list[Women] = [one for one in figures.shape.women if one.by == "all"]
    rows = []
    for one in whole:
        rate = getattr(one, key)
        rows.append(Dot(words.arm(one.arm), rate.value, (rate.low, rate.high)))
    about = "A dot for the rate, on a line over its range."
    return dots(
        f"chart-women-{key.replace('_', '-')}", f"{said}: of 10,000 women", about, rows, Unit.ESTIMATE
    )
