"""Where every result ended, the same five ends in every way of sending, why what is lost is lost, and how late."""

from reports import words
from reports.charts import BLUE, GREEN, GREY, PURPLE, RED, Series, bars, stacked_bars
from reports.figures import Figures, Section
from reports.rendering import Column, Row, Table, Unit

_ENDS = (
    ("in_right_record", "In the right record", GREEN),
    ("on_a_worked_list", "On a list that somebody works", BLUE),
    ("unwatched_paper", "On its way or on a desk, unwatched", PURPLE),
    ("returned", "Returned to the office", GREY),
    ("lost", "Lost", RED),
)
_LISTED = (
    ("named", "with a person's name beside it", Unit.COUNT),
    ("overdue", "past its due day", Unit.COUNT),
    ("oldest_days", "the longest wait, in days", Unit.DAYS),
)
LOSSES = {
    "never_sent": "the office never sent it",
    "never_received": "the pipeline never received it",
    "unsettled": "still on the way when the run ended",
    "said_filed": "said to be filed, but not in the record",
    "list_not_worked": "on a list that nobody works",
    "lost_in_the_post": "lost in the post",
    "ignored_by_the_practice": "the practice does nothing with results",
    "in_another_record": "in somebody else's record",
    "closed_without_an_entry": "somebody was done with it and entered nothing",
    "not_where_believed": "neither in the post nor on a desk nor in a record",
}


def fates(figures: Figures) -> Section:
    tables = {"ends": _ends(figures)} | {f"outcomes_{arm}": _outcomes(figures, arm) for arm in figures.arms}
    chart = stacked_bars(
        "chart-fates",
        "Where every result ended",
        "One bar for each way of sending results, in results.",
        [words.arm(arm) for arm in figures.arms],
        [
            Series(name, counts, colour)
            for end, name, colour in _ENDS
            if any(counts := [figures.number(f"arms.{arm}.ends.{end}") for arm in figures.arms])
            or end == "lost"
        ],
        Unit.COUNT,
    )
    return Section("fates", "Where every result ended", tables, {"fates": chart})


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


def _ends(figures: Figures) -> Table:
    rows = [
        _row(figures, "Results that the office emitted", "results", total=True),
        _row(figures, "Received, by the pipeline's ledger", "received"),
    ]
    for end, name, _ in _ENDS:
        rows.append(_row(figures, name, end))
        if end == "on_a_worked_list":
            rows += [_row(figures, text, key, part=True, unit=unit) for key, text, unit in _LISTED]
    rows += [
        _row(figures, words.name(LOSSES, loss), f"lost_because.{loss}", part=True)
        for loss in figures.kinds("ends.lost_because")
    ]
    undelivered = tuple(figures.cell(f"arms.{arm}.undelivered") for arm in figures.arms)
    rows.append(Row("In no right record when the run ended", undelivered, "arms.*.undelivered", total=True))
    columns = tuple(Column(words.arm(arm)) for arm in figures.arms)
    return Table("ends", "Every result, in exactly one place", "End", columns, tuple(rows))


def _row(
    figures: Figures,
    name: str,
    key: str,
    *,
    total: bool = False,
    part: bool = False,
    unit: Unit = Unit.COUNT,
) -> Row:
    cells = tuple(figures.cell(f"arms.{arm}.ends.{key}", unit) for arm in figures.arms)
    return Row(name, cells, "" if "because" in key else f"arms.*.ends.{key}", total=total, part=part)


def _outcomes(figures: Figures, arm: str) -> Table:
    names = {
        "results": "Results",
        "in_right_record": "In the right record",
        "right": "of these, right and findable",
        "not_findable": "of these, in words alone",
        **{end: name for end, name, _ in _ENDS[1:]},
    }
    rows = [
        Row(
            words.outcome(row.outcome),
            tuple(figures.cell(f"outcomes[{i}].{key}") for key in names),
            f"outcomes[{i}]",
        )
        for i, row in enumerate(figures.shape.outcomes)
        if row.arm == arm
    ]
    columns = tuple(Column(text) for text in names.values())
    caption = f"{words.arm(arm)}: where each outcome ended"
    return Table(f"outcomes_{arm}", caption, "Outcome", columns, tuple(rows))
