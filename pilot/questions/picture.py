"""The tornado as a picture: the report's own kind of chart, with its description."""

from typing import Final

from pilot.questions.answers import Answers
from reports.charts import BLUE, floating_bars
from reports.tables import Unit

_BARS: Final = 12
_UNITS: Final = {"cost_gbp": Unit.POUNDS, "gp_minutes": Unit.MINUTES}


def tornado(answers: Answers) -> bytes:
    """The widest bars, the widest on top; each from the saving at one end of a row's range to that at the other."""
    bars = answers.tornado[:_BARS]
    chart = floating_bars(
        "tornado",
        f"What moves the saving: {answers.arm} against {answers.against}, {answers.scenario}",
        "Each bar goes from the saving at one end of a figure's 95% range to that at the other, all else at its mean.",
        [bar.name for bar in bars],
        [(min(bar.at_low, bar.at_high), max(bar.at_low, bar.at_high)) for bar in bars],
        BLUE,
        _UNITS.get(answers.measure, Unit.NUMBER),
    )
    return str(chart.svg).encode()
