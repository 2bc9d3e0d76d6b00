"""The numbers and words of the MESH protocol, each with what it means (MESH API description 2.0.0).

At the end, times as it writes them.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final

SCHEME: Final = "NHSMESH"
MEDIA_TYPES: Final = {1: "application/json", 2: "application/vnd.mesh.v2+json"}
OCTETS: Final = "application/octet-stream"

TOKEN_WINDOW_SECONDS: Final = 2 * 3600  # a token's timestamp must be this near to the server's clock
MAX_REQUEST_BYTES: Final = 100 * 1024 * 1024  # more than this goes in chunks
INBOX_SECONDS: Final = 5 * 86400  # not acknowledged by then: out of the inbox, and a report to the sender
KEEP_SECONDS: Final = 30 * 86400  # deleted altogether

PAGE_SIZE: Final = 500
PAGE_SIZE_MIN: Final = 10
PAGE_SIZE_MAX: Final = 5000

GP_ROUTE: Final = "GPPROVIDER_"  # Mex-To by patient: GPPROVIDER_<NHS number>_<yyyymmdd>_<surname>


@dataclass(frozen=True, slots=True)
class Refusal:
    """One documented way to say no. `status` is HTTP's; `event` is the step that failed; `code` is MESH's."""

    status: int
    description: str
    code: str = ""
    event: str = ""


NO_TOKEN: Final = Refusal(403, "Error reading from Authorization header")
TOKEN_OF_ANOTHER: Final = Refusal(403, "Mailbox id does not match token")
TOKEN_WRONG: Final = Refusal(403, "Invalid Authentication Token")
TOKEN_USED: Final = Refusal(403, "Error Duplicated Authentication Token")
MAILBOX_UNKNOWN: Final = Refusal(403, "No mailbox matched", "EPL-151", "SEND")
MAILBOX_INACTIVE: Final = Refusal(403, "Request Received from Inactive Mailbox")
NOT_YOURS: Final = Refusal(403, "Forbidden")

NO_DATA: Final = Refusal(417, "Data file is missing or inaccessible.", "02", "COLLECT")
MALFORMED: Final = Refusal(400, "Malformed control file", "06", "TRANSFER")
WRONG_SENDER: Final = Refusal(417, "Invalid From Address in the control file", "07", "SEND")
NO_RECIPIENT: Final = Refusal(400, "TO_DTS missing", "08", "SEND")
NOT_DATA: Final = Refusal(417, "Invalid Message Type for the transfer", "11", "SEND")
RECIPIENT_UNKNOWN: Final = Refusal(417, "Unregistered to address", "12", "SEND")
SENDER_NOT_ALLOWED: Final = Refusal(417, "Sender is not allowed to send messages of this type", "16", "SEND")
WORKFLOW_NOT_REGISTERED: Final = Refusal(417, "Workflow ID not registered for mailbox", "17", "SEND")
BAD_CHUNKS: Final = Refusal(
    417, "Invalid chunk values sent in mex-Chunk-Range header", "InvalidHeaderChunks", "SEND"
)
BAD_ENCODING: Final = Refusal(417, "Unsupported content encoding", "UnsupportedContentEncoding", "SEND")
ENCODING_CHANGED: Final = Refusal(417, "cannot change content encoding")
TOO_LARGE: Final = Refusal(413, "A single request may carry at most 100 MB: send the message in chunks")

NO_SUCH_MESSAGE: Final = Refusal(404, "Message does not exist", "20", "RECEIVE")
NO_SUCH_MAILBOX: Final = Refusal(404, "mailbox does not exist")
LOCAL_ID_NOT_UNIQUE: Final = Refusal(300, "More than one message has this local id")
GONE: Final = Refusal(410, "Message no longer available for download", "Message already accepted", "SEND")
FINALISED: Final = Refusal(423, "Message has been finalised; no more chunks can be uploaded")
BAD_VERSION: Final = Refusal(400, "Accept header api format incorrect")
BUSY: Final = Refusal(503, "The message store is busy: try again")
STORE_FULL: Final = Refusal(503, "The message store is full: nothing was kept")
STORE_FAILS: Final = Refusal(503, "The message store fails: nothing was kept")
BODY_CUT: Final = Refusal(400, "The body is shorter than its Content-Length")
NOT_WHOLE: Final = Refusal(409, "Chunks of this message are still to come: it cannot be accepted")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an accepted message was not delivered, as its REPORT tells the sender."""

    code: str
    description: str
    event: str = "SEND"


NOT_COLLECTED: Final = Failure("14", "Message not collected by recipient after 5 days")
RECIPIENT_INACTIVE: Final = Failure("14", "Message was not collected as the mailbox is deactivated")
MANY_MAILBOXES: Final = Failure("EPL-150", "Multiple mailboxes matches")
NO_MAILBOX: Final = Failure("EPL-151", "No mailbox matched")
NHS_NUMBER_INVALID: Final = Failure("EPL-152", "Invalid NHS Number")
NHS_NUMBER_NOT_FOUND: Final = Failure("EPL-153", "NHS Number not found")
DEMOGRAPHICS_DIFFER: Final = Failure("EPL-154", "NHS Number supplied does not match the demographics")


def compact(at: float) -> str:
    """`20200601122152`, as tracking v1 and report headers have it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y%m%d%H%M%S")


def iso(at: float) -> str:
    """`2020-06-01T12:21:52.000123Z`, as tracking v2 has it."""
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")


def http_date(at: float) -> str:
    return format_datetime(datetime.fromtimestamp(at, UTC), usegmt=True)


def parse_iso(text: str) -> float:
    """Seconds since 1970; a time without a zone is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
