"""What a user can put right: one class tree, apart from bugs.

    UserError
    ├── ConfigurationError        a setting is missing, or is not what it must be
    ├── FileError                 a file or folder cannot be read or written
    ├── CodeSetError              a code set is unknown, not well formed, or not signed off for this use
    ├── ScenarioError             a scenario is unknown, or asks for what cannot be run
    ├── EvidenceError             an assumption has no source, or its figures contradict each other
    ├── MeshError
    │   ├── MeshRefused           MESH answered, and said no
    │   └── MeshUnreachable       MESH did not answer
    ├── LedgerError               the ledger is locked, full, damaged or of another version
    └── SimulatorLost             a simulator ended under a run

The command line shows `str(error)`, one line, and leaves with `error.exit_code`; the terminal UI shows the
same line. Everything else that is raised is a bug and keeps its traceback, without its message: that may quote
what came in. What came in unfit (a record, an acknowledgement) is not an error of the user's: it becomes a
`Rejected` or an entry on a person's worklist.

No participant's data goes into any of the three parts: they end up in logs and on screens.
"""

import re
import traceback
from enum import IntEnum
from typing import Final


class ExitCode(IntEnum):
    """What the command line leaves with. `UNACCOUNTED` is a run's own finding, and nothing else is."""

    DONE = 0
    UNACCOUNTED = 1
    USER = 2
    SIMULATOR_LOST = 3
    BUG = 70
    STOPPED = 130
    NOBODY_READS = 141


class UserError(Exception):
    """One line a user can act on: what is wrong, where, and how to mend it.

    `where` may be empty where there is no place to name. The three parts are the exception's own arguments,
    so that it crosses process boundaries unchanged.
    """

    exit_code = ExitCode.USER

    def __init__(self, what: str, where: str, mend: str) -> None:
        super().__init__(what, where, mend)
        self.what = _one_line(what)
        self.where = _one_line(where)
        self.mend = _one_line(mend)

    def __str__(self) -> str:
        place = f": {self.where}" if self.where else ""
        return f"{self.what}{place}. {self.mend}".rstrip(" .") + "."


class ConfigurationError(UserError):
    """A setting is missing, or is not what it must be."""


class FileError(UserError):
    """A file or folder cannot be read or written."""


class CodeSetError(UserError):
    """A code set is unknown, not well formed, or not signed off for this use."""


class ScenarioError(UserError):
    """A scenario is unknown, or asks for what cannot be run."""


class EvidenceError(UserError):
    """An assumption has no source, or its figures contradict each other."""


class MeshError(UserError):
    """MESH could not be used; the two kinds need different mending."""


class MeshRefused(MeshError):
    """MESH answered, and said no: credentials, permissions, an unknown mailbox or workflow."""


class MeshUnreachable(MeshError):
    """MESH did not answer: address, network, certificates or an outage."""


class LedgerError(UserError):
    """The ledger is locked, full, damaged or of another version."""


class SimulatorLost(UserError):
    """A simulator ended under a run: what was done is kept, and the run can go on."""

    exit_code = ExitCode.SIMULATOR_LOST


# What could drive a terminal, hide text or turn it round: control characters but for line ends and tabs, and those
# that set the direction of writing or have no width.
_DRIVES: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)


def harmless(text: str) -> str:
    """Text that may hold what came from outside (names of files, prints), made harmless to look at."""
    return _DRIVES.sub("\N{REPLACEMENT CHARACTER}", text)


def traceback_of(bug: BaseException) -> str:
    """Where a bug arose and how it came there, with the kinds of its errors and without their messages."""
    told: list[str] = []
    error: BaseException | None = bug
    while error is not None:
        kind = f"{type(error).__module__}.{type(error).__qualname__}"
        told.append("".join([*traceback.format_tb(error.__traceback__), f"{kind}\n"]))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\nfrom which came:\n\n".join(reversed(told))


def _one_line(text: str) -> str:
    return " ".join(harmless(text).split()).rstrip(".")
