"""Measures: what the GP records hold against the truth, in counts, minutes, money and days (docs/measures.md)."""

from pilot.measures.accounting import UNWATCHED_REASONS
from pilot.measures.england import National, national
from pilot.measures.figures import Figures, RunFacts, Speed, write_figures
from pilot.measures.judged import ArmRun
from pilot.measures.measuring import assumptions_used, measure
from pilot.measures.record import Entry, Record, RecordedPractice, read_record
from pilot.measures.truth import TruthLine, read_truth
from pilot.measures.workload import Print

__all__ = [
    "UNWATCHED_REASONS",
    "ArmRun",
    "Entry",
    "Figures",
    "National",
    "Print",
    "Record",
    "RecordedPractice",
    "RunFacts",
    "Speed",
    "TruthLine",
    "assumptions_used",
    "measure",
    "national",
    "read_record",
    "read_truth",
    "write_figures",
]
