"""For each reader their own: a section of the report for practices and the office, and a page for each of them and for
whoever decides, of the same figures, beside the report.
"""

import re
from collections.abc import Iterator, Mapping

from pilot.domain.arm import PILOTED, TODAY
from reports import words
from reports.figures import Figures, Section
from reports.rendering import Cell, Column, Row, Table, Unit, environment
from reports.sections.decision import decision, worse
from reports.sections.equality import KINDS

_OFFICE = (
    ("Office hours", "bso_minutes", True),
    ("Results that wait on its list", "ends.on_a_worked_list", False),
    ("Results that came back to it", "ends.returned", False),
    ("Results lost", "ends.lost", False),
    ("Envelopes", "envelopes", False),
)
_DAYS_A_WEEK, _DAYS_A_YEAR = 7, 365


def practices(figures: Figures) -> Section | None:
    """A row a practice: what the main way would bring it. None where nothing is held against paper."""
    main, places = figures.main, _compared(figures)
    if main is None or not places:
        return None
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
    rows = []
    for i in places:
        practice, own = figures.shape.practices[i], _own(figures, i, main)
        cells = (
            figures.word(f"practices[{i}].supplier", words.SUPPLIERS),
            figures.cell(f"practices[{i}].results"),
            *(own[key] for key in ("on_paper", "with_main", "saved", "worth")),
            figures.cell(f"practices[{i}].arms.{TODAY.key}.errors"),
            figures.cell(f"practices[{i}].arms.{main}.errors"),
        )
        rows.append(Row(f"{practice.name} ({practice.ods})", cells, f"practices[{i}]"))
    table = Table("your_practice", "Each practice's own row", "Practice", columns, tuple(rows))
    tables = {"your_practice": table, "your_office": _office(figures)}
    return Section("practices", "For a practice, and for the office", tables)


def pages(figures: Figures) -> dict[str, str]:
    """By file, beside the report: whoever decides, the office, each practice, and the whole as Markdown."""
    decided = decision(figures)
    facts, tables = decided.facts if decided else {}, _decisive(figures)
    made = {
        "pages/director.html": _rendered(
            "director.html.j2", figures, facts=facts, tables=tables, way=figures.main
        ),
        "pages/office.html": _rendered("office.html.j2", figures, tables=_of_office(figures)),
        "summary.md": _rendered("summary.md.j2", figures, facts=facts, tables=tables),
    }
    return made | dict(_of_practices(figures))


def _rendered(template: str, figures: Figures, **more: object) -> str:
    found = environment().get_template(f"readers/{template}")
    return found.render(figures=figures, run=figures.shape.run, **more)


def _compared(figures: Figures) -> list[int]:
    """The places of the practices that are on paper and in the main way, where what an hour costs is known."""
    if figures.main is None or _pay(figures) is None:
        return []
    both = {TODAY.key, figures.main}
    return [i for i, practice in enumerate(figures.shape.practices) if both <= practice.arms.keys()]


def _own(figures: Figures, i: int, main: str) -> dict[str, Cell]:
    """One practice's minutes a week on paper and in the main way, what is saved, and its worth a year."""
    pay, of_pay = _pay(figures) or (0.0, "")
    days = figures.shape.run.simulated_days
    keys = [f"practices[{i}].arms.{arm}.gp_minutes" for arm in (TODAY.key, main)]
    spent = [figures.shape.practices[i].arms[arm].gp_minutes for arm in (TODAY.key, main)]
    saved = (spent[0] - spent[1]) / days
    return {
        "on_paper": _weekly(spent[0] / days, keys[0]),
        "with_main": _weekly(spent[1] / days, keys[1]),
        "saved": _weekly(saved, f"({keys[0]} - {keys[1]})"),
        "worth": Cell(
            saved * _DAYS_A_YEAR / 60 * pay,
            Unit.POUNDS,
            f"({keys[0]} - {keys[1]}) / run.simulated_days * {_DAYS_A_YEAR} / 60 * {of_pay}",
        ),
    }


def _weekly(minutes_a_day: float, of: str) -> Cell:
    return Cell(minutes_a_day * _DAYS_A_WEEK, Unit.MINUTES, f"{of} / run.simulated_days * {_DAYS_A_WEEK}")


def _pay(figures: Figures) -> tuple[float, str] | None:
    """What an hour of those who type costs, with on-costs, and how it follows from figures.json."""
    at = {one.name: (i, one.mean) for i, one in enumerate(figures.shape.assumptions)}
    if not {"gp_clerical_pay", "on_costs"} <= at.keys():
        return None
    (pay, by_hour), (on_costs, more) = at["gp_clerical_pay"], at["on_costs"]
    return by_hour * (1 + more), f"assumptions[{pay}].mean * (1 + assumptions[{on_costs}].mean)"


def _office(figures: Figures) -> Table:
    rows = tuple(
        Row(
            label,
            tuple(
                figures.hours(f"arms.{arm}.{key}") if timed else figures.cell(f"arms.{arm}.{key}")
                for arm in figures.arms
            ),
            f"arms.*.{key}",
        )
        for label, key, timed in _OFFICE
    )
    columns = tuple(Column(words.arm(arm)) for arm in figures.arms)
    return Table("your_office", "The office's own", "What", columns, rows)


# -- Pages of their own ----------------------------------------------------------------------------------------------


def _decisive(figures: Figures) -> dict[str, Table]:
    """What gets worse; and what may be spent, by the year in which NBSS goes."""
    tables = worse(figures, figures.main) if figures.main else {}
    if figures.shape.investment is None:
        return tables
    lead = figures.shape.investment.affordable[0].lead_months
    rows = []
    for i, one in enumerate(figures.shape.investment.affordable):
        if one.lead_months == lead:
            key = f"investment.affordable[{i}]"
            money = (figures.span(f"{key}.{part}", Unit.POUNDS) for part in ("gbp", "cash_gbp"))
            rows.append(
                Row("NBSS goes" if not i else "or", (figures.cell(f"{key}.replaced", Unit.DATE), *money), key)
            )
    columns = (
        Column("When"),
        Column("It may cost, time counted, mean", ranged=True),
        Column("It may cost, in cash alone, mean", ranged=True),
    )
    caption = "What building, assurance and suppliers' work may cost together"
    return tables | {"affordable": Table("affordable", caption, "If", columns, tuple(rows))}


def _of_office(figures: Figures) -> dict[str, Table]:
    rows = []
    for kind in figures.kinds("bso_minutes_by_kind"):
        key = f"bso_minutes_by_kind.{kind}"
        spent = tuple(figures.hours(f"arms.{arm}.{key}") for arm in figures.arms)
        rows.append(Row(words.name(words.WORK, kind), spent, f"arms.*.{key}"))
    columns = tuple(Column(words.arm(arm)) for arm in figures.arms)
    work = Table("work", "Hours of the office's people, by what they do", "Work", columns, tuple(rows))
    parts = (
        ("Office hours saved", "bso_hours_saved", Unit.HOURS),
        ("Pounds of postage, paper and printing saved", "cash_gbp_saved", Unit.POUNDS),
    )
    saved = tuple(
        Row(
            label,
            tuple(figures.span(f"comparisons.{arm}_vs_paper.{key}", unit) for arm in figures.compared),
            f"comparisons.*.{key}",
        )
        for label, key, unit in parts
    )
    against = tuple(Column(words.arm(arm), ranged=True) for arm in figures.compared)
    tables = {"work": work, "office": _office(figures)}
    if not figures.compared:
        return tables
    return tables | {"saved": Table("saved", "Saved against paper, over the run", "What", against, saved)}


def _of_practices(figures: Figures) -> Iterator[tuple[str, str]]:
    rules = _rules(figures)
    for i in _compared(figures):
        practice, main = figures.shape.practices[i], str(figures.main)
        name = practice.ods if re.fullmatch(r"\w+", practice.ods, re.ASCII) else str(i)
        yield (
            f"pages/practice-{name}.html",
            _rendered(
                "practice.html.j2",
                figures,
                practice=practice,
                place=f"practices[{i}]",
                own=_own(figures, i, main),
                rules=rules,
                tables={"women": _women_of(figures, practice.ods)},
            ),
        )


def _rules(figures: Figures) -> tuple[str, ...]:
    """The outcomes that the best option has practices file by rule; none where no model weighed the options."""
    made = figures.shape.decision
    best = next((option for option in made.options if option.arm == PILOTED.key), None) if made else None
    return tuple(words.outcome(outcome) for outcome in best.rules_for) if best else ()


def _women_of(figures: Figures, ods: str) -> Table:
    arms = (TODAY.key, str(figures.main))
    places = {
        one.arm: f"women[{i}]"
        for i, one in enumerate(figures.shape.women)
        if (one.by, one.group) == ("practice", ods)
    }
    rows: Mapping[str, str] = dict(KINDS) if set(arms) <= places.keys() else {}
    return Table(
        "women",
        "Of 10,000 women of this practice",
        "What happens",
        tuple(Column(words.arm(arm), ranged=True) for arm in arms),
        tuple(
            Row(said, tuple(figures.span(f"{places[arm]}.{key}", Unit.ESTIMATE) for arm in arms))
            for key, said in rows.items()
        ),
    )
