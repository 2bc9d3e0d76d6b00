"""What a user can mend. Everything else that is raised here is a bug.

GenerationError (a ValueError)
|- SpecError      the [generation] table cannot be followed
'- OutputInUse    the folder to write into already holds a batch
"""

from pathlib import Path


class GenerationError(ValueError):
    """One clear line: what, where, how to mend it."""


class SpecError(GenerationError):
    """The `[generation]` table of a scenario, at `where`."""

    def __init__(self, where: str, what: str, mend: str) -> None:
        super().__init__(f"[generation] {where}: {what}. {mend}")
        self.where = where


class OutputInUse(GenerationError):
    """Two batches in one inbox would be taken for one office's, and one truth would be lost."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} already holds a batch. Give another folder, or empty this one.")
        self.folder = folder
