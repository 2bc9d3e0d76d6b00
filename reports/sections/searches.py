"""What a search of a GP record would find, by code set and by what the record keeps of a result."""

from reports.figures import Figures
from reports.section import Section
from reports.tables import Cell, Column, Row, Table, Unit

_KEEPS = {
    "question": "The question",
    "value": "The answer",
    "both": "Question and answer",
    "text": "The words alone",
}


def searches(figures: Figures) -> Section | None:
    if not figures.shape.searches:
        return None
    return Section(
        "searches",
        "What a search would find",
        {"searches": _searches(figures), "participant_reads": _reads(figures)},
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
