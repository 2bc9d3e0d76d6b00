"""What the hours and letters are worth: time released for other work apart from money that is no longer spent."""

from reports import words
from reports.figures import Figures
from reports.section import Section
from reports.tables import Column, Row, Table, Unit


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
