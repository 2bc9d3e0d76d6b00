"""How many days from the day the office emitted a result until it was in the record."""

from reports import words
from reports.charts import Series, bars
from reports.figures import Figures
from reports.section import Section
from reports.svg import BLUE
from reports.tables import Column, Row, Table, Unit


def delay(figures: Figures) -> Section:
    columns = tuple(Column(words.arm(arm)) for arm in figures.arms)
    rows = tuple(
        Row(label, tuple(figures.cell(f"arms.{arm}.{key}", unit) for arm in figures.arms), f"arms.*.{key}")
        for label, key, unit in (
            ("Days until half were in the record", "days_to_record.median", Unit.DAYS),
            ("Days until 95 in 100 were", "days_to_record.p95", Unit.DAYS),
            ("Results that reached a record", "days_to_record.results", Unit.COUNT),
            ("Late results", "late", Unit.COUNT),
            ("Letters still unopened when the run ended", "letters_open", Unit.COUNT),
        )
    )
    medians = [figures.number(f"arms.{arm}.days_to_record.median") for arm in figures.arms]
    ends = [figures.number(f"arms.{arm}.days_to_record.p95") for arm in figures.arms]
    spans = [
        None if low is None or high is None else (low, high) for low, high in zip(medians, ends, strict=True)
    ]
    chart = bars(
        "chart-delay",
        "Days until a result is in the record",
        "A bar to the day when half of the results were in the record, with a line on to the day when 95 in 100 were.",
        [words.arm(arm) for arm in figures.arms],
        [Series("Days", medians, BLUE, spans)],
        Unit.DAYS,
    )
    table = Table("days", "Days from the office to the GP record", "Measure", columns, rows)
    return Section("delay", "Days to reach the record", {"days": table}, {"delay": chart})
