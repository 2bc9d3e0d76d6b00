"""Measures: what the GP records hold against the truth, in counts, minutes, money and days (docs/measures.md).

From the outside in: `measuring` measures a whole run and drives the rest. For each arm, `judged` holds its `record`
against the `truth`: `verdict` says what the record makes of one result (by what an entry's codes and words mean,
`meaning`), `ends` where that result ended, `effort` what it all took. `comparison` puts two arms side by side,
`england` puts them into the nation's numbers, and `figures` is the whole of it as figures.json holds it.
"""

from pilot.measures.comparison import Decision, Flip, Layer, Layers, Learned, Matter, Moved, Option
from pilot.measures.effort import OfficeTime, PageAnswered, Print
from pilot.measures.ends import UNWATCHED_REASONS
from pilot.measures.england import (
    Account,
    Affordable,
    AtCost,
    Balance,
    Investment,
    National,
    Party,
    national,
)
from pilot.measures.figures import (
    FORMAT,
    AssumptionUsed,
    Beyond,
    Estimate,
    Figures,
    Joining,
    RunFacts,
    Speed,
    Users,
    Waves,
    Xmr,
    figures_from,
    write_figures,
)
from pilot.measures.judged import ArmRun
from pilot.measures.measuring import assumptions_used, measure
from pilot.measures.panel import Cell, panel, read_panel, write_panel
from pilot.measures.record import Entry, Lying, Record, RecordedPractice, read_record, record_from
from pilot.measures.truth import TruthLine, read_truth, truth_from

__all__ = [
    "FORMAT",
    "UNWATCHED_REASONS",
    "Account",
    "Affordable",
    "ArmRun",
    "AssumptionUsed",
    "AtCost",
    "Balance",
    "Beyond",
    "Cell",
    "Decision",
    "Entry",
    "Estimate",
    "Figures",
    "Flip",
    "Investment",
    "Joining",
    "Layer",
    "Layers",
    "Learned",
    "Lying",
    "Matter",
    "Moved",
    "National",
    "OfficeTime",
    "Option",
    "PageAnswered",
    "Party",
    "Print",
    "Record",
    "RecordedPractice",
    "RunFacts",
    "Speed",
    "TruthLine",
    "Users",
    "Waves",
    "Xmr",
    "assumptions_used",
    "figures_from",
    "measure",
    "national",
    "panel",
    "read_panel",
    "read_record",
    "read_truth",
    "record_from",
    "truth_from",
    "write_figures",
    "write_panel",
]
