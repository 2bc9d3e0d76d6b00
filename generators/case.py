"""One result on its way to paper: what each of the outputs says of it, and what went wrong."""

from dataclasses import dataclass, replace

from generators.entry import Entry, entry_of
from generators.people import Practice, Result


@dataclass(frozen=True, slots=True)
class Case:
    """`sil` holds an entry for each time the report prints the record; None or () means an output leaves it out.

    `practice_code` is the practice that the subject extract names. `closed_as` is what the episode extract said
    before its last row, where that changed after printing; `superseded` the NHS number she had before.
    """

    result: Result
    sil: tuple[Entry, ...]
    letter: Entry | None
    extract: Entry | None
    practice_code: str
    closed_as: Entry | None = None
    superseded: str = ""
    defects: tuple[str, ...] = ()

    def noted(self, flaw: str) -> "Case":
        """The same case with the defect in its `defects`."""
        return replace(self, defects=(*self.defects, flaw))

    @property
    def printed_outcome(self) -> str:
        """What the report says where that is not the truth, else ""."""
        said = next((entry.outcome for entry in self.sil if not entry.wording), self.result.outcome)
        return said if said != self.result.outcome else ""


def clean_case(result: Result, practices: tuple[Practice, ...]) -> Case:
    entry = entry_of(result)
    practice = practices[result.practice]
    return Case(result, (entry,), entry, entry, practice.ods, defects=result.defects)
