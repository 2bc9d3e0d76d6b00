"""Synthetic NBSS batches: what a screening office would emit, and the truth behind it.

Everything here is invented: NHS numbers of the test range, people, practices, offices.
"""

from generators.batch import Generated, Sink, emit, generate
from generators.errors import GenerationError, OutputInUse, SpecError
from generators.people.people import Office
from generators.spec import GenerationSpec

__all__ = [
    "Generated",
    "GenerationError",
    "GenerationSpec",
    "Office",
    "OutputInUse",
    "Sink",
    "SpecError",
    "emit",
    "generate",
]
