"""How this office's reports look, as a person has confirmed it once: kept beside the ledger, and held to at intake."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

import msgspec

from pilot.errors import FileError, LedgerError
from pilot.nbss import FileReading
from pilot.nbss.looks import Looks, drift

FORMAT: Final = "prints/1"


class Confirmed(msgspec.Struct, frozen=True):
    """One look that a person has seen and confirmed: who, when, by which file."""

    looks: Looks
    who: str
    at: datetime
    file: str


class _Kept(msgspec.Struct, frozen=True):
    format: str
    confirmed: tuple[Confirmed, ...]


class ConfirmedLooks:
    """The looks confirmed for a ledger's office, in `<ledger>.prints.json`; none until a person has confirmed one."""

    def __init__(self, ledger: Path) -> None:
        self.path = ledger.with_name(f"{ledger.name}.prints.json")

    def confirmed(self) -> tuple[Confirmed, ...]:
        """Oldest first. Raises FileError where the file cannot be read: nothing is then held to anything."""
        mend = "Restore it, or remove it and confirm again: pilot prints confirm"
        try:
            kept = msgspec.json.decode(self.path.read_bytes(), type=_Kept)
        except FileNotFoundError:
            return ()
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise FileError("how this office's reports look cannot be read", str(self.path), mend) from error
        if kept.format != FORMAT:
            raise FileError(f"this is written as {kept.format}, not {FORMAT}", str(self.path), mend)
        return kept.confirmed

    def confirm(self, files: Sequence[FileReading], who: str, at: datetime) -> tuple[Looks, ...]:
        """Add what these reports look like; what is confirmed already is not added again. Returns what is new.

        Raises LedgerError without a name, FileError where none of the files is a report that can be read.
        """
        if not who.strip():
            raise LedgerError("who confirms it is needed", "", "Give --who")
        shown = [file for file in files if file.looks is not None]
        if not shown:
            raise FileError(
                "none of these is a report that can be read",
                files[0].path if files else "",
                "Name a SIL report",
            )
        held = list(self.confirmed())
        new: list[Looks] = []
        for file in shown:
            looks = file.looks
            if looks is not None and (not held or drift(looks, [one.looks for one in held])):
                held.append(Confirmed(looks, who, at, file.name))
                new.append(looks)
        if new:
            self._write(msgspec.json.encode(_Kept(FORMAT, tuple(held))))
        return tuple(new)

    def watch(self, files: Sequence[FileReading]) -> tuple[str, ...]:
        """A notice where nobody has confirmed anything yet. Raises FileError where a report looks otherwise."""
        shown = [file for file in files if file.looks is not None]
        if not shown:
            return ()
        confirmed = [one.looks for one in self.confirmed()]
        if not confirmed:
            return (
                "nobody has confirmed yet how this office's reports look: "
                "compare `pilot prints show FILE` with the paper, then `pilot prints confirm FILE`",
            )
        for file in shown:
            changed = drift(file.looks, confirmed) if file.looks is not None else ()
            if changed:
                raise FileError(
                    f"the report looks otherwise than what was confirmed ({'; '.join(changed)}), and nothing was taken",
                    file.path,
                    "Look at it beside what is read of it (intake --preview); if it is right, pilot prints confirm it",
                )
        return ()

    def _write(self, content: bytes) -> None:
        try:
            with NamedTemporaryFile(dir=self.path.parent, prefix=".prints-", delete=False) as half:
                half.write(content)
            Path(half.name).replace(self.path)
        except OSError as error:
            raise FileError(
                f"what was confirmed cannot be kept ({error.strerror})", str(self.path), "Make room there"
            ) from error
