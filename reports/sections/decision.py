"""The decision: what could be done, how sure it is which is best, what being wrong costs, what would flip it, and what
gets worse. Then the answer: what this run counted and compared, how the study is reported, how to recount it otherwise.
"""

from pilot.domain.arm import TODAY
from pilot.measures import Flip
from reports import words
from reports.charts import Dot, dots
from reports.figures import Figures, Section
from reports.rendering import Cell, Column, Row, Table, Unit, day
from reports.sections.equality import KINDS

_OPTIONS = (
    ("p_best", "Chance to cost least", Unit.SHARE),
    ("regret_gbp", "Lost if it is the wrong choice, mean", Unit.POUNDS),
    ("regret_gbp_high", "and in 1 case of 40", Unit.POUNDS),
    ("gp_hours", "GP hours, mean", Unit.HOURS),
    ("bso_hours", "Office hours, mean", Unit.HOURS),
    ("errors", "Errors, mean", Unit.ESTIMATE),
    ("undelivered", "In no right record, mean", Unit.ESTIMATE),
)
_FLIPS = (Column("Now"), Column("Flips at"), Column("What is then better", numeric=False, wide=True))
_SHARES = ("share", "elsewhere", "delivered")


def decision(figures: Figures) -> Section | None:
    """`facts`: what the sentences turn on; empty where no model knows the scenario. None with nothing to compare."""
    if not figures.shape.comparisons:
        return None
    made = figures.shape.decision
    if made is None:
        return Section("decision", "The decision")
    places = {option.name: f"decision.options[{i}]" for i, option in enumerate(made.options)}
    best = places[made.best]
    facts = {
        "best": Cell(words.option(made.best)),
        "regret": figures.cell(f"{best}.regret_gbp", Unit.POUNDS),
        "regret_high": figures.cell(f"{best}.regret_gbp_high", Unit.POUNDS),
    }
    if figures.at(f"{best}.saved_gbp") is not None:
        facts |= {
            end: figures.cell(f"{best}.saved_gbp.{end}", Unit.POUNDS) for end in ("low", "mean", "high")
        }
    if made.flips[0].at is not None:
        facts |= {
            "flip": Cell(made.flips[0].words),
            "now": figures.cell("decision.flips[0].now", _unit(made.flips[0])),
            "at": figures.cell("decision.flips[0].at", _unit(made.flips[0])),
            "becomes": Cell(words.option(made.flips[0].becomes or "")),
        }
    saved = [
        Dot(words.option(option.name), option.saved_gbp.mean, (option.saved_gbp.low, option.saved_gbp.high))
        for option in made.options
        if option.saved_gbp is not None and option.arm != "paper"
    ]
    about = "A dot for the mean of many offices under other evidence, and a line over 95 in 100 of them."
    chart = dots("chart-decision", "Pounds that an office saves against paper", about, saved, Unit.POUNDS)
    arm = next(option.arm for option in made.options if option.name == made.best)
    facts["with"] = Cell(arm)
    return Section(
        "decision",
        "The decision",
        {"options": _options(figures, places), "flips": _flips(figures), **worse(figures, arm)},
        {"saved": chart} if saved else {},
        facts,
    )


def worse(figures: Figures, arm: str) -> dict[str, Table]:
    """What this run counted that is worse in an arm than on paper; no table where nothing is."""
    places = {one.arm: i for i, one in enumerate(figures.shape.women) if one.by == "all"}
    rows = []
    if {TODAY.key, arm} <= places.keys():
        for key, said in KINDS:
            paper, own = (f"women[{places[name]}].{key}" for name in (TODAY.key, arm))
            if figures.at(own)["value"] > figures.at(paper)["value"]:
                cells = (figures.span(paper, Unit.ESTIMATE), figures.span(own, Unit.ESTIMATE))
                rows.append(Row(f"{said}: of 10,000 women", cells, own))
    for i, one in enumerate(figures.shape.worse_off):
        if one.arm == arm and one.practices:
            here = f"worse_off[{i}]"
            said = "Practices whose staff spend more time than on paper"
            rows.append(Row(said, (Cell(""), figures.cell(f"{here}.practices")), here))
            said = "The minutes that these spend more, in all"
            rows.append(Row(said, (Cell(""), figures.cell(f"{here}.minutes", Unit.MINUTES)), here, part=True))
    columns = (Column(words.arm(TODAY.key), ranged=True), Column(words.arm(arm), ranged=True))
    table = Table("worse", "What gets worse, as this run counted it", "What", columns, tuple(rows))
    return {"worse": table} if rows else {}


def _options(figures: Figures, places: dict[str, str]) -> Table:
    columns = (Column("Pounds saved against paper", ranged=True), *(Column(said) for _, said, _ in _OPTIONS))
    rows = []
    for name, key in places.items():
        known = figures.at(f"{key}.saved_gbp") is not None
        saved = figures.span(f"{key}.saved_gbp", Unit.POUNDS) if known else Cell(None)
        rest = (figures.cell(f"{key}.{part}", unit) for part, _, unit in _OPTIONS)
        rows.append(Row(words.option(name), (saved, *rest), key))
    return Table("options", "What could be done", "Option", columns, tuple(rows))


def _flips(figures: Figures) -> Table:
    rows = []
    for i, flip in enumerate(figures.shape.decision.flips if figures.shape.decision else ()):
        key = f"decision.flips[{i}]"
        at = figures.cell(f"{key}.at", _unit(flip)) if flip.at is not None else Cell("nowhere in the range")
        becomes = Cell(words.option(flip.becomes) if flip.becomes else "")
        rows.append(Row(_capital(flip.words), (figures.cell(f"{key}.now", _unit(flip)), at, becomes), key))
    return Table("flips", "What would change the choice, the nearest first", "Figure", _FLIPS, tuple(rows))


def _unit(flip: Flip) -> Unit:
    return Unit.SHARE if flip.name.endswith(_SHARES) else Unit.NUMBER


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def answer(figures: Figures) -> Section:
    """`facts`: what the sentences turn on. Without an arm held against paper there is nothing to answer with."""
    facts: dict[str, Cell] = {}
    tables = {}
    if figures.main:
        facts = _against_paper(figures, figures.main) | {"with": Cell(figures.main)}
        # Beside the decision, where there is one.
        tables = {} if figures.shape.decision else worse(figures, figures.main)
    if figures.shape.national:
        facts["headline"] = Cell(_position(figures))
    return Section("answer", "The answer", tables, facts=facts)


def compared(figures: Figures) -> Section:
    run = figures.shape.run
    rows = (
        Row("Scenario", (Cell(run.title),), "run.title"),
        Row("Ways of sending results", (Cell(", ".join(words.arm(arm) for arm in run.arms)),), "run.arms"),
        Row("Screening office", (Cell(run.office),), "run.office"),
        Row("GP practices", (figures.cell("run.practices"),), "run.practices"),
        Row("Results", (figures.cell("run.results"),), "run.results"),
        Row(
            "First simulated day",
            (Cell(day(run.first_day.isoformat()), key="run.first_day"),),
            "run.first_day",
        ),
        Row("Last simulated day", (Cell(day(run.last_day.isoformat()), key="run.last_day"),), "run.last_day"),
        Row("Simulated days", (figures.cell("run.simulated_days"),), "run.simulated_days"),
        Row("Seed of the random numbers", (Cell(str(run.seed), Unit.CODE),), "run.seed"),
    )
    table = Table("run", "The run", "What", (Column("This run", numeric=False),), rows)
    return Section("compared", "What was compared", {"run": table})


def recount(figures: Figures) -> Section:  # noqa: ARG001  (its template names the run and its arms)
    return Section("recount", "How to recount these figures")


def reporting(figures: Figures) -> Section:  # noqa: ARG001  (its template names the run and its parts)
    return Section("reporting", "How this study is reported")


def _against_paper(figures: Figures, arm: str) -> dict[str, Cell]:
    saved = figures.shape.comparisons[f"{arm}_vs_paper"].gp_hours_saved
    key = f"comparisons.{arm}_vs_paper.gp_hours_saved"
    costs = (saved.value or 0) < 0
    ends = [end for end in (saved.low, saved.high) if end is not None]
    return {
        "arm": Cell(words.mid_sentence(arm)),
        "verb": Cell("cost" if costs else "saved"),
        "more": Cell("more " if costs else ""),
        "hours": Cell(None if saved.value is None else abs(saved.value), Unit.HOURS, f"{key}.value"),
        "low": Cell(saved.low, Unit.HOURS, f"{key}.low"),
        "high": Cell(saved.high, Unit.HOURS, f"{key}.high"),
        "doubtful": Cell("yes" if ends and min(ends) <= 0 <= max(ends) else ""),
        "each_paper": _minutes_a_result(figures, TODAY.key),
        "each": _minutes_a_result(figures, arm),
    }


def _minutes_a_result(figures: Figures, arm: str) -> Cell:
    return figures.cell(f"arms.{arm}.gp_minutes_a_delivered_result", Unit.MINUTES)


def _position(figures: Figures) -> str:
    """Where the headline's hours lie, seen from this report's range."""
    ours, headline = figures.at("national.hours"), figures.at("national.seed_headline.hours")
    if ours["low"] is None or ours["high"] is None:
        return "stands beside"
    if headline > ours["high"]:
        return "lies above"
    return "lies below" if headline < ours["low"] else "lies within"
