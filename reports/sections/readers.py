"""For each reader their own: a row for each practice and for the office in the report."""

from reports import words
from reports.figures import Figures, Section
from reports.rendering import Cell, Column, Row, Table, Unit

_OFFICE = (
    ("Office hours", "bso_minutes", True),
    ("Results that wait on its list", "ends.on_a_worked_list", False),
    ("Results that came back to it", "ends.returned", False),
    ("Results lost", "ends.lost", False),
    ("Envelopes", "envelopes", False),
)


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
