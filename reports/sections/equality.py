"""Whether each way serves groups of people alike: by deprivation and by ethnicity."""

from reports import words
from reports.charts import Chart, Series, arm_colours, bars
from reports.figures import Figures, Section
from reports.tables import Cell, Column, Row, Table, Unit

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
    columns = [Column("Results"), Column("Uptake, in truth")]
    columns += [Column(f"{words.arm(arm)}: {name}") for arm in figures.arms for name, _, _ in _MEASURES]
    rows = []
    for group in groups:
        here = [places.get((by, group, arm), "") for arm in figures.arms]
        anywhere = next(key for key in here if key)
        cells = [
            figures.cell(f"{anywhere}.results"),
            figures.cell(f"{anywhere}.uptake_true", Unit.SHARE),
            *(
                figures.cell(f"{key}.{measure}", unit) if key else Cell(None)
                for key in here
                for _, measure, unit in _MEASURES
            ),
        ]
        rows.append(Row(words.group(by, group), tuple(cells)))
    caption = f"By {words.name(words.GROUPINGS, by).lower()}"
    return Table(f"by_{by}", caption, words.name(words.GROUPINGS, by), tuple(columns), tuple(rows))


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
