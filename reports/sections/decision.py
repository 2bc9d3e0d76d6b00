"""The decision: what could be done, how sure it is which is best, what being wrong costs, and what would flip it."""

from pilot.measures import Flip
from reports import words
from reports.charts import Dot, dots
from reports.figures import Figures, Section
from reports.rendering import Cell, Column, Row, Table, Unit

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
_SHARES = ("share", "elsewhere")


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
    return Section(
        "decision",
        "The decision",
        {"options": _options(figures, places), "flips": _flips(figures)},
        {"saved": chart} if saved else {},
        facts,
    )


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
