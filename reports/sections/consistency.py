"""How consistently practices code the same result, practice by practice."""

from reports import words
from reports.charts import COLOURS, Chart, Series, bars
from reports.figures import Figures
from reports.formats import show
from reports.section import Section
from reports.tables import Column, Row, Table, Unit

# More bars than this are no longer a picture; the table has every practice.
MOST_DRAWN = 12

_MEASURES = (
    ("Entries with a code for normal", "entries", Unit.COUNT),
    ("Different codes in use", "distinct_codes", Unit.COUNT),
    ("The commonest code", "modal_code", Unit.CODE),
    ("Share of entries with it", "modal_share", Unit.SHARE),
    ("Practices that use one code only", "practices_consistent", Unit.COUNT),
    ("Disorder, in bits (0: one code only)", "entropy_bits", Unit.NUMBER),
)


def consistency(figures: Figures) -> Section:
    columns = tuple(Column(words.arm(arm)) for arm in figures.arms)
    rows = tuple(
        Row(
            label,
            tuple(figures.cell(f"arms.{arm}.coding.{key}", unit) for arm in figures.arms),
            f"arms.*.coding.{key}",
        )
        for label, key, unit in _MEASURES
    )
    tables = {
        "coding": Table("coding", "Codes in the records for a normal result", "Measure", columns, rows),
        "practices": _practices(figures),
    }
    charts = {"consistency": _chart(figures)} if 0 < len(figures.shape.practices) <= MOST_DRAWN else {}
    return Section("consistency", "Consistency by practice", tables, charts)


def _practices(figures: Figures) -> Table:
    columns = [Column("GP system", numeric=False), Column("Results")]
    for arm in figures.arms:
        name = words.arm(arm)
        columns += [
            Column(f"{name}: errors"),
            Column(f"{name}: GP hours"),
            Column(f"{name}: different codes"),
            Column(f"{name}: commonest code"),
            Column(f"{name}: share with it"),
        ]
    rows = []
    for i, practice in enumerate(figures.shape.practices):
        cells = [
            figures.word(f"practices[{i}].supplier", words.SUPPLIERS),
            figures.cell(f"practices[{i}].results"),
        ]
        for arm in figures.arms:
            key = f"practices[{i}].arms.{arm}"
            cells += [
                figures.cell(f"{key}.errors"),
                figures.hours(f"{key}.gp_minutes"),
                figures.cell(f"{key}.distinct_codes"),
                figures.cell(f"{key}.modal_code", Unit.CODE),
                figures.cell(f"{key}.modal_share", Unit.SHARE),
            ]
        rows.append(Row(f"{practice.name} ({practice.ods})", tuple(cells), f"practices[{i}]"))
    return Table("practices", "Each practice", "Practice", tuple(columns), tuple(rows))


def _chart(figures: Figures) -> Chart:
    practices = figures.shape.practices
    return bars(
        "chart-consistency",
        "Share of normal results with the practice's commonest code",
        "One bar for each practice and way of sending results.",
        [practice.name for practice in practices],
        [
            Series(
                words.arm(arm),
                [figures.number(f"practices[{i}].arms.{arm}.modal_share") for i in range(len(practices))],
                colour,
            )
            for arm, colour in zip(figures.arms, COLOURS[-1:] + COLOURS, strict=False)
        ],
        lambda value: show(value, Unit.SHARE),
    )
