"""The table of sabotages, and how one is put into a tree."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = Path(__file__).with_name("mutants.toml")


@dataclass(frozen=True)
class Mutant:
    """One sabotage: `text` of `file` becomes something else, and one of `tests` must notice."""

    name: str
    hazard: str
    file: str
    text: str
    becomes: str
    tests: tuple[str, ...]

    def applied(self, root: Path) -> str:
        """The file's text with the sabotage in it. Raises ValueError where its text does not stand there just once."""
        whole = (root / self.file).read_text("utf-8")
        if whole.count(self.text) != 1:
            raise ValueError(f"{self.name}: its text stands {whole.count(self.text)} times in {self.file}")
        return whole.replace(self.text, self.becomes)


def mutants() -> tuple[Mutant, ...]:
    table = tomllib.loads(TABLE.read_text("utf-8"))
    return tuple(Mutant(name, **{**row, "tests": tuple(row["tests"])}) for name, row in table.items())
