"""The page that a live pilot follows: how many practices, weeks and letters, what to time, and what that settles."""

from collections.abc import Sequence
from math import ceil
from typing import Final

from pilot.evidence import Assumptions
from pilot.questions.learning import TIMED
from pilot.questions.model import variance
from pilot.questions.power import DESIGNS, Needed, Power
from pilot.questions.sensitivity import Answers

# How near the mean of what is timed shall come to the true one, of one practice's own.
_WITHIN: Final = 0.1
_WIDTH: Final = 1.959964
_WORTH_NAMING: Final = 0.01  # below it, the regression's own noise
_ONCE: Final = "rules_setup_minutes"  # done once at each practice
_WORDS: Final = {
    "parallel": "half of the practices sent messages, half not",
    "before_after": "every practice before and after",
    "stepped_wedge": "practices join in waves, by lot",
}


def page(
    assumptions: Assumptions,
    answers: Answers,
    powers: Sequence[Power],
    fewest: Sequence[Needed],
    wanted: float,
) -> str:
    """Markdown. `powers` are of one pilot, a line for each design; `fewest` over weeks and letters."""
    pilot = powers[0].pilot
    lines = [
        "# Protocol of a live pilot",
        "",
        f"To see, {wanted:.0%} of the time, that messages save {pilot.saving:.0%} of the minutes that practices "
        f"spend on results. Practices differ in speed by {pilot.spread:.0%} (one standard deviation), "
        f"the weeks of one by {pilot.week_spread:.0%}. Only practices that type results in are timed.",
        "",
        "## How many practices, for how long",
        "",
        f"With {pilot.practices} practices, {pilot.weeks} weeks, and {pilot.letters} results timed at each in a week:",
        "",
        "| design | | sees the saving | sees one where there is none |",
        "|---|---|---|---|",
        *(
            f"| {one.design} | {_WORDS[one.design]} | {one.power:.0%} | {one.false_alarms:.1%} |"
            for one in powers
        ),
        "",
        f"The second is to be 2.5%. It is with a drift of {pilot.drift:+.0%} over the pilot, whatever is sent: "
        "before and after takes any drift for the saving, the other two do not.",
        "",
        "Fewest practices:",
        "",
        "| weeks | results timed | " + " | ".join(DESIGNS) + " |",
        "|---|---|" + "---|" * len(DESIGNS),
    ]
    by = {(one.weeks, one.letters, one.design): one.practices for one in fewest}
    for weeks, letters in dict.fromkeys((one.weeks, one.letters) for one in fewest):
        cells = " | ".join(str(by[weeks, letters, design] or "more than 48") for design in DESIGNS)
        lines.append(f"| {weeks} | {letters} | {cells} |")
    lines += [
        "",
        "## What to time",
        "",
        "In the order of what is in doubt. Write each down as a line `what,who,minutes`; `pilot learn` reads them.",
        "",
        "| `what` | of whom, and from when to when | how many each | settles | of the doubt about "
        f"{answers.measure} |",
        "|---|---|---|---|---|",
    ]
    doubt = {bar.name: bar.doubt for bar in answers.tornado}
    rows = sorted(TIMED.items(), key=lambda item: -doubt.get(item[1][0], 0.0))
    for what, (name, whom) in rows:
        lines.append(
            f"| {what} | {whom} | {pieces(assumptions, name)} | `{name}` | {_share(doubt.get(name, 0.0))} |"
        )
    stopped = {name for name, _ in TIMED.values()}
    others = [bar for bar in answers.tornado if bar.name not in stopped and bar.doubt >= _WORTH_NAMING]
    lines += [
        "",
        f'"How many each" brings one practice\'s own mean to within {_WITHIN:.0%}; how practices differ is '
        "settled by more practices, not by more letters.",
        "",
        "No stopwatch settles these; they are asked or counted: "
        + (
            "; ".join(f"`{bar.name}` ({_share(bar.doubt)} of the doubt)" for bar in others)
            or "none of weight"
        )
        + ".",
        "",
        "## After",
        "",
        '`pilot learn TIMINGS.csv --out learned.toml`, and a scenario with `[evidence] file = "learned.toml"`.',
        "",
    ]
    return "\n".join(lines)


def pieces(assumptions: Assumptions, name: str) -> int:
    """Timings of one person that bring their own mean to within a tenth, 95 times of a hundred."""
    row = assumptions[name]
    return 1 if name == _ONCE else max(3, ceil(variance(row) * (_WIDTH / (_WITHIN * row.mean)) ** 2))


def _share(share: float) -> str:
    return f"{share:.0%}" if share >= _WORTH_NAMING else "under 1%"
