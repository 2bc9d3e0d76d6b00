"""Staff hours and money in each arm: what each costs beside what it brings, spent on what, saved against paper; and
England's money over the years: who pays, who saves, and up to which cost of building it pays.
"""

from pilot.measures import Investment
from reports import words
from reports.charts import BLUE, PURPLE, Chart, Dot, Series, dots, lines, stacked_bars
from reports.figures import Figures, Section
from reports.rendering import Cell, Column, Range, Row, Table, Unit, show
from reports.sections.equality import KINDS

_STAFF = (("gp", "GP practice staff", BLUE), ("bso", "Screening office staff", PURPLE))


def hours(figures: Figures) -> Section:
    charts = {"spent": _spent(figures)}
    if figures.compared:
        charts["saved"] = _saved(figures)
    return Section("hours", "Staff hours", {"hours": _table(figures)}, charts)


def money(figures: Figures) -> Section:
    tables = {"consequences": _consequences(figures), "money": _costs(figures)}
    if figures.shape.investment is None:
        return Section("money", "Money", tables)
    made = figures.shape.investment
    tables |= {
        "accounts": _accounts(figures, made),
        "parties": _parties(figures, made),
        "affordable": _affordable(figures, made),
        "at_cost": _at_cost(figures, made),
        "balances": _balances(figures, made),
        "change": _change(figures),
    }
    charts = {"affordable": _may_cost(made), "balances": _over_the_years(made)}
    return Section("money", "Money", tables, charts)


def _consequences(figures: Figures) -> Table:
    """Costs and consequences side by side, none of them turned into another: time, cash, then quality."""
    rows = [
        _saved_row(figures, "GP practice staff, hours", ("gp_minutes", "gp_hours_saved", Unit.HOURS)),
        _saved_row(figures, "Screening office staff, hours", ("bso_minutes", "bso_hours_saved", Unit.HOURS)),
        _saved_row(figures, "Time-releasing, pounds", ("staff_cost_gbp", "time_gbp_saved", Unit.POUNDS)),
        _saved_row(figures, "Cash-releasing, pounds", ("letter_cost_gbp", "cash_gbp_saved", Unit.POUNDS)),
        _saved_row(figures, "Quality: results with an error", ("errors", "errors_avoided", Unit.ESTIMATE)),
    ]
    places = {one.arm: f"women[{i}]" for i, one in enumerate(figures.shape.women) if one.by == "all"}
    for key, said in KINDS if set(figures.arms) <= places.keys() else ():
        spent = [figures.span(f"{places[arm]}.{key}", Unit.ESTIMATE) for arm in figures.arms]
        fewer = [
            figures.difference(f"{places['paper']}.{key}.value", f"{places[arm]}.{key}.value", Unit.ESTIMATE)
            for arm in figures.compared
        ]
        rows.append(Row(f"Quality, of 10,000 women: {said[0].lower()}{said[1:]}", (*spent, *fewer)))
    columns = [Column(words.arm(arm), ranged=True) for arm in figures.arms]
    columns += [Column(words.saved(arm, figures.compared), ranged=True) for arm in figures.compared]
    return Table(
        "consequences", "Each way, and what it saves against paper", "What", tuple(columns), tuple(rows)
    )


def _saved_row(figures: Figures, label: str, keys: tuple[str, str, Unit]) -> Row:
    spent, saved, unit = keys
    own = [
        figures.hours(f"arms.{arm}.{spent}")
        if unit is Unit.HOURS
        else figures.cell(f"arms.{arm}.{spent}", unit)
        for arm in figures.arms
    ]
    ranged = [figures.span(f"comparisons.{arm}_vs_paper.{saved}", unit) for arm in figures.compared]
    return Row(label, (*own, *ranged), f"arms.*.{spent}")


def _costs(figures: Figures) -> Table:
    columns = [Column(words.arm(arm)) for arm in figures.arms]
    columns += [Column(words.saved(arm, figures.compared), ranged=True) for arm in figures.compared]
    rows = [
        _row(
            figures, "Time-releasing: staff time, at what an hour costs", "staff_cost_gbp", "time_gbp_saved"
        ),
        *(
            _row(figures, words.name(words.PAY, kind), f"staff_cost_gbp_by_kind.{kind}")
            for kind in figures.kinds("staff_cost_gbp_by_kind")
        ),
        _row(figures, "Cash-releasing: paper, printing and postage", "letter_cost_gbp", "cash_gbp_saved"),
        _row(figures, "Both kinds together", "cost_gbp", "gbp_saved"),
        _letters(figures, "Letters printed", "letters"),
        _letters(figures, "Pages", "pages"),
        _letters(figures, "Envelopes", "envelopes"),
    ]
    return Table(
        "money", "Costs, in pounds, and the letters behind them", "Cost", tuple(columns), tuple(rows)
    )


def _accounts(figures: Figures, made: Investment) -> Table:
    rows = [
        Row(
            f"{one.who}: {one.what[0].lower()}{one.what[1:]}",
            (Cell(one.kind), figures.span(f"investment.accounts[{i}].gbp", Unit.POUNDS)),
            f"investment.accounts[{i}]",
            link=figures.link(one.rows[0]) if one.rows else "",
        )
        for i, one in enumerate(made.accounts)
    ]
    for label, kind, key in (
        ("All together", "time and cash", "net_gbp"),
        ("Cash alone", "cash", "net_cash_gbp"),
    ):
        cells = (Cell(kind), figures.span(f"investment.{key}", Unit.POUNDS))
        rows.append(Row(label, cells, f"investment.{key}", total=True))
    columns = (Column("Kind", numeric=False), Column("Pounds until NBSS is replaced, mean", ranged=True))
    caption = "England: saved, and paid (with a minus sign), at present value"
    return Table("accounts", caption, "Whose money, and what for", columns, tuple(rows))


def _parties(figures: Figures, made: Investment) -> Table:
    rows = [
        Row(
            one.who,
            tuple(
                figures.span(f"investment.parties[{i}].{key}", Unit.POUNDS)
                for key in ("time_gbp", "cash_gbp")
            ),
            f"investment.parties[{i}]",
        )
        for i, one in enumerate(made.parties)
    ]
    columns = (Column("Time, pounds, mean", ranged=True), Column("Cash, pounds, mean", ranged=True))
    return Table("parties", "Everybody's time and cash, all told", "Who", columns, tuple(rows))


def _affordable(figures: Figures, made: Investment) -> Table:
    """A row a year in which NBSS might go, a pair of columns for each of suppliers' lead times."""
    leads = list(dict.fromkeys(one.lead_months for one in made.affordable))
    at = {(one.replaced, one.lead_months): i for i, one in enumerate(made.affordable)}
    rows = []
    for number, year in enumerate(dict.fromkeys(one.replaced for one in made.affordable)):
        places = [f"investment.affordable[{at[year, lead]}]" for lead in leads]
        cells = [figures.cell(f"{places[0]}.replaced", Unit.DATE)]
        for place in places:
            cells += [figures.cell(f"{place}.lead_months"), figures.span(f"{place}.gbp", Unit.POUNDS)]
            cells.append(figures.span(f"{place}.cash_gbp", Unit.POUNDS))
        rows.append(Row("NBSS goes" if not number else "or", tuple(cells), places[0]))
    columns = [Column("When")]
    for _ in leads:
        columns.append(Column("Suppliers need, in months"))
        columns.append(Column("It may cost, mean", ranged=True))
        columns.append(Column("in cash alone", ranged=True))
    caption = "What building, suppliers' work and assurance may cost together before it no longer pays"
    return Table("affordable", caption, "If", tuple(columns), tuple(rows))


def _at_cost(figures: Figures, made: Investment) -> Table:
    rows = []
    for i, _ in enumerate(made.at_cost):
        key = f"investment.at_cost[{i}]"
        chances = (figures.cell(f"{key}.{part}", Unit.SHARE) for part in ("p_pays", "p_pays_in_cash"))
        rows.append(Row("Together", (figures.cell(f"{key}.once_gbp", Unit.POUNDS), *chances), key))
    columns = (
        Column("Spent once, at present value"),
        Column("Chance that it pays"),
        Column("Chance that it pays in cash alone"),
    )
    caption = "The chance that it pays before NBSS is replaced, by what it costs"
    return Table("at_cost", caption, "Building, suppliers' work, assurance", columns, tuple(rows))


def _balances(figures: Figures, made: Investment) -> Table:
    rows = []
    for i, _ in enumerate(made.balances):
        key = f"investment.balances[{i}]"
        cells = (
            figures.cell(f"{key}.at", Unit.DATE),
            figures.span(f"{key}.gbp", Unit.POUNDS),
            figures.span(f"{key}.cash_gbp", Unit.POUNDS),
            figures.cell(f"{key}.p_back", Unit.SHARE),
        )
        rows.append(Row("By", cells, key))
    columns = (
        Column("When"),
        Column("Saved less paid, mean", ranged=True),
        Column("in cash alone", ranged=True),
        Column("Chance that all is back"),
    )
    caption = "Break-even over the calendar, at the costs that were judged"
    return Table("balances", caption, "Until", columns, tuple(rows))


def _change(figures: Figures) -> Table:
    """What the money rests on that is not a year's saving: the costs of the change, and the calendar."""
    rows = tuple(
        Row(
            words.assumption(one.name),
            (figures.assumption(i), Cell(one.unit), Cell(one.grade)),
            f"assumptions[{i}]",
            link=figures.link(one.name),
        )
        for i, one in enumerate(figures.shape.assumptions)
        if {"the change", "the calendar"} & set(one.used_for)
    )
    columns = (Column("Value", ranged=True), Column("Unit", numeric=False), Column("Grade", numeric=False))
    return Table("change", "What the change costs, and when", "Assumption", columns, rows)


def _may_cost(made: Investment) -> Chart:
    rows = [
        Dot(
            f"NBSS goes in {show(one.replaced, Unit.DATE)}, suppliers need {show(one.lead_months, Unit.COUNT)} months",
            one.gbp.mean,
            (one.gbp.low, one.gbp.high),
        )
        for one in made.affordable
    ]
    about = (
        "A dot for the mean, on a line over 95 in 100 draws; below nought it would not pay even for nothing."
    )
    return dots("chart-affordable", "What it may cost before it no longer pays", about, rows, Unit.POUNDS)


def _over_the_years(made: Investment) -> Chart:
    points = [(show(one.at, Unit.DATE), one.gbp.mean) for one in made.balances]
    about = "Saved less paid until each date, in pounds at present value; the mean of the draws."
    return lines(
        "chart-balances", "Saved less paid, time counted", about, points, Unit.POUNDS, [("nought", 0.0)]
    )


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


def _row(figures: Figures, label: str, name: str, ranged: str = "") -> Row:
    """With the saving's range where there is one (`ranged`); else a part of a sum, with the difference alone."""
    spent = [figures.cell(f"arms.{arm}.{name}", Unit.POUNDS) for arm in figures.arms]
    saved = [
        figures.span(f"comparisons.{arm}_vs_paper.{ranged}", Unit.POUNDS)
        if ranged
        else figures.difference(f"arms.paper.{name}", f"arms.{arm}.{name}", Unit.POUNDS)
        for arm in figures.compared
    ]
    return Row(label, (*spent, *saved), f"arms.*.{name}", total=bool(ranged), part=not ranged)


def _letters(figures: Figures, label: str, name: str) -> Row:
    sent = [figures.cell(f"arms.{arm}.{name}") for arm in figures.arms]
    saved = [
        figures.difference(f"arms.paper.{name}", f"arms.{arm}.{name}", Unit.COUNT) for arm in figures.compared
    ]
    return Row(label, (*sent, *saved), f"arms.*.{name}")
