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
    └── LedgerError               the ledger is locked, full, damaged or of another version

The command line shows `str(error)`, one line, and leaves with `error.exit_code`; the terminal UI shows the
same line. Everything else that is raised is a bug and keeps its traceback. What came in unfit (a record, an
acknowledgement) is not an error of the user's: it becomes a `Rejected` or an entry on a person's worklist.

No participant's data goes into any of the three parts: they end up in logs and on screens.
"""


class UserError(Exception):
    """One line a user can act on: what is wrong, where, and how to mend it.

    `where` may be empty where there is no place to name. The three parts are the exception's own arguments,
    so that it crosses process boundaries unchanged.
    """

    exit_code = 2

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


def _one_line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")
