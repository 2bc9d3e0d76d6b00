"""How far a run has come: a small JSON file in its folder, written whole or not at all."""

import hashlib
from enum import StrEnum
from pathlib import Path

import msgspec

from pilot.errors import FileError

HALF_MANIFEST = "manifest.half"


class RunState(StrEnum):
    """`COMPLETE` is written last of all: a folder without it is a run that was stopped."""

    RUNNING = "running"
    COMPLETE = "complete"


class Manifest(msgspec.Struct, frozen=True):
    """What was asked for, and what is done. `practices` is None until the batches are made.

    `figures` is the format of figures.json that the run is to end with.

    `text` is the scenario's own, whole, so that one file, written whole, is enough to go on from. `seal` is a
    hash of all the rest: a run that goes on from a manifest somebody changed would be no run at all.
    """

    state: RunState
    scenario: str
    text: str
    seed: int
    arms: tuple[str, ...]
    results: int
    version: str
    figures: str = ""
    days_done: int = 0
    seconds_run: float = 0.0
    practices: int | None = None
    seal: str = ""

    def sealed(self) -> "Manifest":
        """The same, with its seal."""
        bare = msgspec.structs.replace(self, seal="")
        return msgspec.structs.replace(bare, seal=hashlib.sha256(msgspec.json.encode(bare)).hexdigest())


def write_manifest(manifest: Manifest, path: Path) -> None:
    """Put it in place whole."""
    half = path.with_name(HALF_MANIFEST)
    half.write_bytes(msgspec.json.format(msgspec.json.encode(manifest.sealed()), indent=2) + b"\n")
    half.replace(path)


def read_manifest(path: Path) -> Manifest:
    """Raises FileError where there is none, or none that can be used; it names the folder."""
    try:
        content = path.read_bytes()
    except OSError as error:
        mend = "Name a folder that `pilot run` wrote"
        raise FileError("this is not the folder of a run", str(path.parent), mend) from error
    try:
        return msgspec.json.decode(content, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        mend = "Run the scenario again, into another folder"
        raise FileError("the run's manifest.json is damaged", str(path.parent), mend) from error
