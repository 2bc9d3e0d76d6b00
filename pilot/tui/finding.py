"""Finding results among many: values in, values out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pilot.domain.delivery import State
from pilot.tui.desk import Whereabouts
from pilot.tui.wording import STATES, plural, short_place


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for; what is empty or None is not asked.

    `text` is words that must all occur in what the list shows, or a whole NHS number, which the list does not show.
    """

    text: str = ""
    state: State | None = None
    practice: str | None = None

    @property
    def everything(self) -> bool:
        return not self.text.strip() and self.state is None and self.practice is None


def find(results: Iterable[Whereabouts], wanted: Wanted) -> list[Whereabouts]:
    """The results that fit, in the order given."""
    digits = wanted.text.replace(" ", "")
    number = digits if len(digits) == 10 and digits.isdigit() else ""
    words = wanted.text.casefold().split()
    return [
        result
        for result in results
        if wanted.state in (None, result.state)
        and wanted.practice in (None, result.practice)
        and (number == result.nhs_number if number else _has(result, words))
    ]


def _has(result: Whereabouts, words: Sequence[str]) -> bool:
    shown = " ".join(
        (
            result.screening_number,
            result.practice,
            STATES[result.state],
            result.words,
            short_place(result.provenance),
            result.provenance.file,
        )
    ).casefold()
    return all(word in shown for word in words)


def tally(results: Sequence[Whereabouts]) -> str:
    """How many results there are, and in which state."""
    counts = Counter(result.state for result in results)
    parts = [f"{counts[state]:,} {words}" for state, words in STATES.items() if counts[state]]
    return plural(len(results), "result") + (f": {', '.join(parts)}" if parts else "")
