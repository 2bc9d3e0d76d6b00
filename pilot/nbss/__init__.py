"""What NBSS emits, read and checked: `read_files` (or a `Reader` held open), `check`, `remember`, `preview`."""

from pilot.nbss.batch import Batch, Cover, FileKind, FileReading
from pilot.nbss.check import Checked, check, preview, remember
from pilot.nbss.known import Known, Seen
from pilot.nbss.reader import Reader, read_files
from pilot.nbss.wire import Limits

__all__ = [
    "Batch",
    "Checked",
    "Cover",
    "FileKind",
    "FileReading",
    "Known",
    "Limits",
    "Reader",
    "Seen",
    "check",
    "preview",
    "read_files",
    "remember",
]
