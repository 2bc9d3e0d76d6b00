"""What earlier batches left to hold later ones against, kept in the ledger intake by intake."""

from collections.abc import Iterable

import msgspec

from pilot.nbss.known import Known, with_directory, with_episodes, with_letters, with_subjects
from pilot.pipeline.ledger import Ledger

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Known).decode


def written(added: Known) -> bytes:
    """One intake's addition as the ledger keeps it."""
    return _encode(added)


def read(memories: Iterable[bytes]) -> Known:
    """All that is known, from every intake's addition, oldest first."""
    known = Known()
    for memory in memories:
        known = joined(known, _decode(memory))
    return known


def joined(known: Known, added: Known) -> Known:
    """What is known with one intake's addition."""
    results = dict(known.results)
    for number, seen in added.results.items():
        results[number] = (*results.get(number, ()), *seen)
    return Known(
        results,
        with_episodes(known.episodes, (row for rows in added.episodes.values() for row in rows)),
        with_subjects(known.subjects, added.subjects.values()),
        with_directory(known.directory, (entry for entries in added.directory.values() for entry in entries)),
        with_letters(known.letters, (letter for letters in added.letters.values() for letter in letters)),
        known.numbers_rejected | added.numbers_rejected,
        known.reported | added.reported,
    )


class Memory:
    """What is known from a ledger's intakes: this process's own, and those of others beside it."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known = Known()
        self._last = 0

    def known(self) -> Known:
        """All that is known now. Inside a transaction nobody adds to it before that ends."""
        for number, memory in self._ledger.memories_since(self._last):
            self._known = joined(self._known, _decode(memory))
            self._last = number
        return self._known


def practice_names(known: Known) -> dict[str, str]:
    """ODS code -> name, from the office's directory."""
    return {entry.practice: entry.name for entries in known.directory.values() for entry in entries}
