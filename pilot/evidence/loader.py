"""Read an evidence file: TOML, one table a figure."""

import hashlib
import tomllib
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from pilot.errors import EvidenceError
from pilot.evidence.assumption import Assumption, Distribution, Grade

_NUMBERS = ("value", "low", "high")
_WORDS = ("unit", "source", "date", "sentence")
_Choice = TypeVar("_Choice", bound=StrEnum)
_KEYS = frozenset({*_NUMBERS, *_WORDS, "distribution", "grade"})


@dataclass(frozen=True, slots=True)
class Assumptions(Mapping[str, Assumption]):
    """All figures of one evidence file, by name. `sha256` is of the file's bytes, so that a run can say which."""

    rows: Mapping[str, Assumption]
    sha256: str
    file: str

    def __getitem__(self, name: str) -> Assumption:
        try:
            return self.rows[name]
        except KeyError:
            raise EvidenceError(
                "A figure is missing", f"{self.file} [{name}]", "Add it, as in the toolkit's own file"
            ) from None

    def __contains__(self, name: object) -> bool:
        return name in self.rows

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def draws(self, names: Iterable[str], n: int, seed: int) -> dict[str, NDArray[np.float64]]:
        """`n` draws of each named figure.

        Each figure has a stream of its own, so another figure more or less changes nothing for the rest, and
        the same seed gives every arm and every table the same draws (common random numbers).
        """
        return {
            name: self[name].draw(np.random.default_rng([seed, zlib.crc32(name.encode())]), n)
            for name in sorted(names)
        }


def load_assumptions(path: Path | None = None) -> Assumptions:
    """The toolkit's evidence file, or the one at `path`. Raises EvidenceError naming the row and the mend."""
    if path is None:
        file = "assumptions.toml"
        content = resources.files("pilot.evidence").joinpath(file).read_bytes()
    else:
        file = path.name
        try:
            content = path.read_bytes()
        except OSError as error:
            raise EvidenceError(
                f"The evidence file cannot be read ({error.strerror})",
                str(path),
                "Give the path of a TOML file",
            ) from error
    try:
        tables = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise EvidenceError(f"The evidence file is not TOML ({error})", file, "Mend that place") from error
    if not tables:
        raise EvidenceError(
            "The evidence file holds no figures", file, "Add rows, as in the toolkit's own file"
        )
    try:
        rows = {name: _row(name, table) for name, table in tables.items()}
    except EvidenceError as error:
        raise EvidenceError(error.what, f"{file} {error.where}", error.mend) from error
    return Assumptions(rows, hashlib.sha256(content).hexdigest(), file)


def _row(name: str, table: Any) -> Assumption:
    where = f"[{name}]"
    if not isinstance(table, dict):
        raise EvidenceError("A line stands outside a table", name, "Put it under a heading such as [minutes]")
    if missing := sorted(_KEYS - table.keys()):
        raise EvidenceError(
            f"The figure lacks {', '.join(missing)}", where, "State every key of the other rows"
        )
    if unknown := sorted(table.keys() - _KEYS):
        raise EvidenceError(
            f"The figure has {', '.join(unknown)}, which nothing reads",
            where,
            "Take it out, or mend the spelling",
        )
    for key in _NUMBERS:
        if isinstance(table[key], bool) or not isinstance(table[key], int | float):
            raise EvidenceError(f"{key} is not a number", where, "Write it without quotes or units")
    for key in _WORDS:
        if not isinstance(table[key], str) or not table[key].strip():
            raise EvidenceError(
                f"{key} is empty or no text", where, "State it, so that a reader can check the figure"
            )
    return Assumption(
        name=name,
        value=float(table["value"]),
        low=float(table["low"]),
        high=float(table["high"]),
        unit=table["unit"].strip(),
        distribution=_one_of(Distribution, where, "distribution", table),
        source=table["source"].strip(),
        date=table["date"].strip(),
        grade=_one_of(Grade, where, "grade", table),
        sentence=table["sentence"].strip(),
    )


def _one_of(kind: type[_Choice], where: str, key: str, table: dict[str, Any]) -> _Choice:
    try:
        return kind(table[key])
    except ValueError:
        raise EvidenceError(
            f"{key} {table[key]!r} is unknown", where, f"Use one of {', '.join(kind)}"
        ) from None
