"""What reading a batch gives: plain frozen values, one `FileReading` a file, nothing decided yet."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from pilot.domain.outcome import Outcome
from pilot.domain.result import Provenance, Rejected, RejectionReason, ScreeningResult
from pilot.nbss.looks import Looks
from pilot.nbss.outcomes import may_be


class FileKind(StrEnum):
    """What a file is, told from its content and never from its name."""

    SIL = "sil"
    SMSTA = "smsta"
    EPISODE_EXTRACT = "episode_extract"
    SUBJECT_EXTRACT = "subject_extract"
    PRACTICE_DIRECTORY = "practice_directory"
    CLIENT_TABLE = "client_table"
    EPISODE_TABLE = "episode_table"
    OFFICE_TABLE = "office_table"
    APPOINTMENTS = "appointments"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Cover:
    """The cover of a SIL report. What the print does not say is None; `page` is where the cover stands.

    `lost` stands for a page that could not be read and may have been a cover: from there on, nothing in the
    print says which practice the records are for.
    """

    page: int
    local_number: str | None = None
    to: tuple[str, ...] = ()
    printed_on: date | None = None
    count: int | None = None
    lost: bool = False


@dataclass(frozen=True, slots=True)
class EpisodeRow:
    """One row of the episode extract: the state of an episode after one change.

    Blank cells are None. `outcome` is what the codes say, None while the episode is open (`end_code` None)
    or where the three codes do not name just one: `may_be` has all that they allow. `from_tables`: of NBSS's own
    tables, and not of an extract.
    """

    provenance: Provenance
    nhs_number: str
    episode_id: str
    changed_at: datetime
    episode_date: date | None
    date_of_foa: date | None
    date_of_as: date | None
    end_code: str | None
    reason_closed_code: str | None
    final_action_code: str | None
    bso: str | None
    batch_id: str | None
    outcome: Outcome | None
    from_tables: bool = False

    @property
    def may_be(self) -> frozenset[Outcome]:
        """Outcomes that its codes allow; a code left blank contradicts none of them."""
        return may_be(self.end_code, self.reason_closed_code, self.final_action_code)


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """One row of the subject extract. `superseded_nhs_number` is the old number that `nhs_number` replaced."""

    provenance: Provenance
    nhs_number: str
    superseded_nhs_number: str | None
    practice: str | None
    changed_at: datetime
    date_of_birth: date | None = None


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """One practice of the office's directory: the local number on covers, and the ODS code it stands for."""

    local_number: str
    practice: str
    name: str
    closed_on: date | None = None
    successor: str | None = None


@dataclass(frozen=True, slots=True)
class Client:
    """One row of NBSS's table of clients: a person as the office knows her."""

    provenance: Provenance
    screening_number: str
    nhs_number: str
    surname: str
    forename: str
    title: str
    date_of_birth: date
    address: tuple[str, ...]
    telephone: str | None
    practice: str | None


@dataclass(frozen=True, slots=True)
class ClosedEpisode:
    """One row of NBSS's table of episodes, as it is now; `printed_on` is the day of the GP report, None before it."""

    provenance: Provenance
    episode_id: str
    screening_number: str
    batch_id: str | None
    opened: date
    date_of_foa: date | None
    date_of_as: date | None
    end_code: str | None
    reason_closed: str | None
    final_action: str | None
    closed: date | None
    printed_on: date | None


@dataclass(frozen=True, slots=True)
class Letter:
    """A participant's letter (SMSTA): who it is to and what it tells her; None where it could not be read."""

    provenance: Provenance
    nhs_number: str | None
    screening_number: str | None
    date_of_birth: date | None
    outcome: Outcome | None
    printed_on: date | None


@dataclass(frozen=True, slots=True)
class FileReading:
    """One file as read. `path` is as given, `name` what every provenance in it calls the file (unique in a batch).

    `sha256` is of its bytes ("" where they could not be had). `second_eye` is what a second reading, of the pages'
    pictures, said; "" where none was asked for. `looks` is how a SIL report looks, None of anything else.
    """

    path: str
    name: str
    sha256: str
    kind: FileKind
    covers: tuple[Cover, ...] = ()
    results: tuple[ScreeningResult, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    episodes: tuple[EpisodeRow, ...] = ()
    subjects: tuple[SubjectRow, ...] = ()
    letters: tuple[Letter, ...] = ()
    directory: tuple[DirectoryEntry, ...] = ()
    pages: int = 0
    clients: tuple[Client, ...] = ()
    closed_episodes: tuple[ClosedEpisode, ...] = ()
    second_eye: str = ""
    looks: Looks | None = None

    @property
    def read_through(self) -> bool:
        """False where the reader was stopped over the file: what is in it is then unknown, and may be good."""
        return not any(rejected.reason.of_the_reader for rejected in self.rejected)

    @property
    def cover(self) -> Cover | None:
        """The first cover; a bundle for a merged practice holds several."""
        return self.covers[0] if self.covers else None

    def cover_of(self, page: int) -> Cover | None:
        """The cover that a record on `page` belongs to: the last one at or before it."""
        before = [cover for cover in self.covers if cover.page <= page]
        return before[-1] if before else None


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything that one look into the inbox found, in the order of the paths given."""

    files: tuple[FileReading, ...] = field(default=())


def unread(name: str, reason: RejectionReason, detail: str, sha256: str = "") -> FileReading:
    """A file of which nothing is used, with the one reason for it."""
    rejected = Rejected(reason, detail, Provenance(name))
    return FileReading(name, name, sha256, FileKind.UNKNOWN, rejected=(rejected,))
