"""Staff hours and money in each arm: spent on what, saved against paper, time apart from cash; each practice's own."""

from reports import words
from reports.charts import BLUE, PURPLE, Chart, Dot, Series, dots, stacked_bars
from reports.figures import Figures, Section
from reports.rendering import Cell, Column, Range, Row, Table, Unit

_OFFICE = (
    ("Office hours", "bso_minutes", True),
    ("Results that wait on its list", "ends.on_a_worked_list", False),
    ("Results that came back to it", "ends.returned", False),
    ("Results lost", "ends.lost", False),
    ("Envelopes", "envelopes", False),
)
_STAFF = (("gp", "GP practice staff", BLUE), ("bso", "Screening office staff", PURPLE))


def hours(figures: Figures) -> Section:
    charts = {"spent": _spent(figures)}
    if figures.compared:
        charts["saved"] = _saved(figures)
    return Section("hours", "Staff hours", {"hours": _table(figures)}, charts)


def money(figures: Figures) -> Section:
    columns = [Column(words.arm(arm)) for arm in figures.arms]
    columns += [Column(words.saved(arm, figures.compared), ranged=True) for arm in figures.compared]
    rows = [
        _row(figures, "Time-releasing: staff time, at what an hour costs", "staff_cost_gbp", total=True),
        *(
            _row(figures, words.name(words.PAY, kind), f"staff_cost_gbp_by_kind.{kind}", part=True)
            for kind in figures.kinds("staff_cost_gbp_by_kind")
        ),
        _row(figures, "Cash-releasing: paper, printing and postage", "letter_cost_gbp", total=True),
        _together(figures),
        _letters(figures, "Letters printed", "letters"),
        _letters(figures, "Pages", "pages"),
        _letters(figures, "Envelopes", "envelopes"),
    ]
    table = Table(
        "money", "Costs, in pounds, and the letters behind them", "Cost", tuple(columns), tuple(rows)
    )
    return Section("money", "Money", {"money": table})


def _table(figures: Figures) -> Table:
    columns = [Column(words.arm(arm)) for arm in figures.arms]
    columns += [Column(words.saved(arm, figures.compared), ranged=True) for arm in figures.compared]
    rows: list[Row] = []
    for staff, name, _ in _STAFF:
        spent = [figures.hours(f"arms.{arm}.{staff}_minutes") for arm in figures.arms]
        saved = [
            figures.span(f"comparisons.{arm}_vs_paper.{staff}_hours_saved", Unit.HOURS)
            for arm in figures.compared
        ]
        rows.append(Row(name, (*spent, *saved), f"arms.*.{staff}_minutes", total=True))
        rows += _parts(figures, f"{staff}_minutes_by_kind")
    if figures.compared:
        rows.append(_on_delivered(figures))
    return Table("hours", "Staff hours, by what they were spent on", "Work", tuple(columns), tuple(rows))


def _on_delivered(figures: Figures) -> Row:
    """What is not delivered is no saving: the same question of the results that both ways delivered."""
    key = "gp_hours_saved_on_delivered"
    saved = [figures.span(f"comparisons.{arm}_vs_paper.{key}", Unit.HOURS) for arm in figures.compared]
    empty = [Cell("") for _ in figures.arms]
    return Row("GP practice staff, on results that both delivered", (*empty, *saved), f"comparisons.*.{key}")


def _parts(figures: Figures, group: str) -> list[Row]:
    rows = []
    for kind in figures.kinds(group):
        spent = [figures.hours(f"arms.{arm}.{group}.{kind}") for arm in figures.arms]
        saved = [
            figures.hours_difference(f"arms.paper.{group}.{kind}", f"arms.{arm}.{group}.{kind}")
            for arm in figures.compared
        ]
        rows.append(Row(words.name(words.WORK, kind), (*spent, *saved), f"arms.*.{group}.{kind}", part=True))
    return rows


def _spent(figures: Figures) -> Chart:
    return stacked_bars(
        "chart-hours",
        "Staff hours in all",
        "One bar for each way of sending results, in hours.",
        [words.arm(arm) for arm in figures.arms],
        [
            Series(
                name,
                [(figures.number(f"arms.{arm}.{staff}_minutes") or 0) / 60 for arm in figures.arms],
                colour,
            )
            for staff, name, colour in _STAFF
        ],
        Unit.HOURS,
    )


def _saved(figures: Figures) -> Chart:
    rows = []
    for arm in figures.compared:
        for staff, name, _ in _STAFF:
            span = figures.span(f"comparisons.{arm}_vs_paper.{staff}_hours_saved", Unit.HOURS).value
            if isinstance(span, Range) and span.value is not None:
                label = name if len(figures.compared) == 1 else f"{name}, {words.mid_sentence(arm)}"
                rows.append(Dot(label, span.value, (span.low or 0.0, span.high or 0.0)))
    about = "A dot for each group of staff, in hours, on a line from the low to the high end of its range."
    return dots("chart-saved", "Hours saved against paper", about, rows, Unit.HOURS)


def _row(figures: Figures, label: str, name: str, *, total: bool = False, part: bool = False) -> Row:
    spent = [figures.cell(f"arms.{arm}.{name}", Unit.POUNDS) for arm in figures.arms]
    saved = [
        figures.difference(f"arms.paper.{name}", f"arms.{arm}.{name}", Unit.POUNDS)
        for arm in figures.compared
    ]
    return Row(label, (*spent, *saved), f"arms.*.{name}", total=total, part=part)


def _together(figures: Figures) -> Row:
    spent = [figures.cell(f"arms.{arm}.cost_gbp", Unit.POUNDS) for arm in figures.arms]
    saved = [figures.span(f"comparisons.{arm}_vs_paper.gbp_saved", Unit.POUNDS) for arm in figures.compared]
    return Row("Both kinds together", (*spent, *saved), "arms.*.cost_gbp", total=True)


def _letters(figures: Figures, label: str, name: str) -> Row:
    sent = [figures.cell(f"arms.{arm}.{name}") for arm in figures.arms]
    saved = [
        figures.difference(f"arms.paper.{name}", f"arms.{arm}.{name}", Unit.COUNT) for arm in figures.compared
    ]
    return Row(label, (*sent, *saved), f"arms.*.{name}")


def practices(figures: Figures) -> Section | None:
    """A row a practice: what the main way would bring it. None where nothing is held against paper."""
    main, pay = figures.main, _pay(figures)
    if main is None or pay is None or not figures.shape.practices:
        return None
    rows = []
    for i, practice in enumerate(figures.shape.practices):
        if not {"paper", main} <= practice.arms.keys():
            continue
        spent = [f"practices[{i}].arms.{arm}.gp_minutes" for arm in ("paper", main)]
        weekly = [f"{key} / run.simulated_days * 7" for key in spent]
        days = figures.shape.run.simulated_days
        minutes = [practice.arms[arm].gp_minutes / days * 7 for arm in ("paper", main)]
        saved = minutes[0] - minutes[1]
        rows.append(
            Row(
                f"{practice.name} ({practice.ods})",
                (
                    figures.word(f"practices[{i}].supplier", words.SUPPLIERS),
                    figures.cell(f"practices[{i}].results"),
                    *(Cell(value, Unit.MINUTES, key) for value, key in zip(minutes, weekly, strict=True)),
                    Cell(saved, Unit.MINUTES, f"({spent[0]} - {spent[1]}) / run.simulated_days * 7"),
                    Cell(
                        saved / 7 * 365 / 60 * pay[0],
                        Unit.POUNDS,
                        f"({spent[0]} - {spent[1]}) / run.simulated_days * 365 / 60 * {pay[1]}",
                    ),
                    figures.cell(f"practices[{i}].arms.paper.errors"),
                    figures.cell(f"practices[{i}].arms.{main}.errors"),
                ),
                f"practices[{i}]",
            )
        )
    columns = (
        Column("GP system", numeric=False),
        Column("Results"),
        Column("Minutes a week on paper"),
        Column(f"Minutes a week, {words.mid_sentence(main)}"),
        Column("Minutes a week saved"),
        Column("Worth, pounds a year"),
        Column("Errors on paper"),
        Column(f"Errors, {words.mid_sentence(main)}"),
    )
    table = Table("your_practice", "Each practice's own page", "Practice", columns, tuple(rows))
    office = Table(
        "your_office",
        "The office's own page",
        "What",
        tuple(Column(words.arm(arm)) for arm in figures.arms),
        tuple(
            Row(
                label,
                tuple(
                    figures.hours(f"arms.{arm}.{key}") if timed else figures.cell(f"arms.{arm}.{key}")
                    for arm in figures.arms
                ),
                f"arms.*.{key}",
            )
            for label, key, timed in _OFFICE
        ),
    )
    return Section(
        "practices", "For a practice, and for the office", {"your_practice": table, "your_office": office}
    )


def _pay(figures: Figures) -> tuple[float, str] | None:
    """What an hour of those who type costs, with on-costs, and how it follows from figures.json."""
    at = {one.name: (i, one.mean) for i, one in enumerate(figures.shape.assumptions)}
    if not {"gp_clerical_pay", "on_costs"} <= at.keys():
        return None
    (pay, by_hour), (on_costs, more) = at["gp_clerical_pay"], at["on_costs"]
    return by_hour * (1 + more), f"assumptions[{pay}].mean * (1 + assumptions[{on_costs}].mean)"
