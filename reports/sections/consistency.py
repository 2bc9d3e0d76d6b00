"""How consistently practices code the same result, and what a search finds of each code set."""

from reports import words
from reports.charts import Chart, Series, arm_colours, bars
from reports.figures import Figures, Section
from reports.rendering import Cell, Column, Row, Table, Unit

# More bars than this are no longer a picture; the table has every practice.
MOST_DRAWN = 12
_MEASURES = (
    ("Entries of normal results", "entries", Unit.COUNT),
    ("Different codes in use (text alone counts as one)", "distinct_codes", Unit.COUNT),
    ("The commonest code", "modal_code", Unit.CODE),
    ("Share of entries with it", "modal_share", Unit.SHARE),
    ("Disorder, in bits (0: one code only)", "entropy_bits", Unit.NUMBER),
)
_KEEPS = {
    "question": "The question",
    "value": "The answer",
    "both": "Question and answer",
    "text": "The words alone",
}


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
    other = tuple(figures.cell(f"arms.{arm}.right_by_another_code") for arm in figures.arms)
    alike = tuple(figures.cell(f"arms.{arm}.practices_coding_alike") for arm in figures.arms)
    rows = (
        *rows,
        Row("Practices that use one code only", alike, "arms.*.practices_coding_alike"),
        Row("Results of any outcome, right by a rarer code", other, "arms.*.right_by_another_code"),
    )
    tables = {
        "coding": Table("coding", "Codes in the records for a normal result", "Measure", columns, rows),
        **{f"practices_{arm}": _practices(figures, arm) for arm in figures.arms},
    }
    charts = {"consistency": _chart(figures)} if 0 < len(figures.shape.practices) <= MOST_DRAWN else {}
    return Section("consistency", "Consistency by practice", tables, charts)


def searches(figures: Figures) -> Section | None:
    if not figures.shape.searches:
        return None
    return Section(
        "searches",
        "What a search would find",
        {"searches": _searches(figures), "participant_reads": _reads(figures)},
    )


def _practices(figures: Figures, arm: str) -> Table:
    columns = (
        Column("GP system", numeric=False),
        Column("Results"),
        Column("In no right record"),
        Column("of these, lost"),
        Column("Errors"),
        Column("GP hours"),
        Column("Different codes"),
        Column("Commonest code"),
        Column("Share with it"),
    )
    rows = []
    for i, practice in enumerate(figures.shape.practices):
        key = f"practices[{i}].arms.{arm}"
        cells = (
            figures.word(f"practices[{i}].supplier", words.SUPPLIERS),
            figures.cell(f"{key}.results"),
            figures.cell(f"{key}.undelivered"),
            figures.cell(f"{key}.lost"),
            figures.cell(f"{key}.errors"),
            figures.hours(f"{key}.gp_minutes"),
            figures.cell(f"{key}.coding.distinct_codes"),
            figures.cell(f"{key}.coding.modal_code", Unit.CODE),
            figures.cell(f"{key}.coding.modal_share", Unit.SHARE),
        )
        rows.append(Row(f"{practice.name} ({practice.ods})", cells, f"practices[{i}]"))
    return Table(
        f"practices_{arm}", f"{words.arm(arm)}, practice by practice", "Practice", columns, tuple(rows)
    )


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
                [
                    figures.number(f"practices[{i}].arms.{arm}.coding.modal_share")
                    for i in range(len(practices))
                ],
                colour,
            )
            for arm, colour in zip(figures.arms, arm_colours(figures.arms), strict=True)
        ],
        Unit.SHARE,
    )


def _searches(figures: Figures) -> Table:
    columns = (
        Column("The record keeps", numeric=False),
        Column("Search", numeric=False),
        Column("It counts as", numeric=False),
        Column("Normal results"),
        Column("of these, found"),
        Column("Did not attend"),
        Column("of these, found"),
        Column("Recalled"),
        Column("of these, found"),
    )
    rows = []
    for i, row in enumerate(figures.shape.searches):
        key = f"searches[{i}]"
        counts = ("normal", "did_not_attend", "recalled")
        cells = (
            figures.word(f"{key}.store", _KEEPS),
            Cell(row.search, Unit.TEXT, f"{key}.search"),
            Cell(row.counts_as, Unit.TEXT, f"{key}.counts_as"),
            *(figures.cell(f"{key}.{name}{part}") for name in counts for part in ("", "_found")),
        )
        rows.append(Row(row.code_set, cells, key))
    return Table(
        "searches",
        "What a search finds, by code set and by what the record keeps",
        "Code set",
        columns,
        tuple(rows),
        "Of this run's true outcomes, had each message been filed as sent.",
    )


def _reads(figures: Figures) -> Table:
    columns = (
        Column("The record keeps", numeric=False),
        Column("Normal", numeric=False, wide=True),
        Column("Did not attend", numeric=False, wide=True),
        Column("Recalled", numeric=False, wide=True),
    )
    rows = []
    for i, row in enumerate(figures.shape.reads):
        key = f"reads[{i}]"
        cells = (
            figures.word(f"{key}.store", _KEEPS),
            Cell(row.normal, Unit.TEXT, f"{key}.normal"),
            Cell(row.did_not_attend, Unit.TEXT, f"{key}.did_not_attend"),
            Cell(row.recalled, Unit.TEXT, f"{key}.recalled"),
        )
        rows.append(Row(row.code_set, cells, key))
    return Table("participant_reads", "What she reads in the app", "Code set", columns, tuple(rows))
