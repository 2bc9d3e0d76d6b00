"""What a practice answered. Bytes from outside: read strictly, and never fail in more than one way."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import msgspec

from pilot.messages import systems
from pilot.messages.itk import ITK_CODES, Level
from pilot.messages.text import plain

# An acknowledgement is a kilobyte or two; what is far larger is not one.
MAX_BYTES = 256 * 1024
MAX_WORDS = 500
_FHIR_ID = re.compile(r"[A-Za-z0-9.\-]{1,64}")


class ResponseCode(StrEnum):
    """FHIR's own three answers."""

    OK = "ok"
    TRANSIENT_ERROR = "transient-error"
    FATAL_ERROR = "fatal-error"


class Disposition(StrEnum):
    """What became of the result at the practice; said by business acknowledgements only."""

    FILED = "filed"
    AWAITING_REVIEW = "awaiting-review"
    NOT_FILED = "not-filed"


class AcknowledgementUnreadable(ValueError):
    """The body is not an acknowledgement that means one thing: a person must look. Carries none of its content."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """`response_to` is the id of the message answered.

    `words` is one line for a person, fit for a terminal: the practice's own, or else what the ITK code means.
    """

    response_to: str
    response_code: ResponseCode
    level: Level
    itk_code: str
    disposition: Disposition | None
    words: str

    @property
    def duplicate(self) -> bool:
        """The practice had the message already: proof that an earlier send arrived, not that this one failed."""
        return self.itk_code in {"20007", "20008"}


class _Coding(msgspec.Struct):
    code: str = ""
    system: str = ""


class _Reference(msgspec.Struct):
    reference: str = ""


class _Response(msgspec.Struct):
    identifier: str
    code: str
    details: _Reference


class _Header(msgspec.Struct, rename="camel"):
    event_coding: _Coding
    response: _Response


class _Concept(msgspec.Struct):
    coding: list[_Coding]


class _Issue(msgspec.Struct):
    details: _Concept
    diagnostics: str = ""


class _OperationOutcome(msgspec.Struct):
    issue: list[_Issue]


class _Kind(msgspec.Struct, rename="camel"):
    resource_type: str


class _Entry(msgspec.Struct, rename="camel"):
    full_url: str
    resource: msgspec.Raw


class _Bundle(msgspec.Struct, rename="camel"):
    resource_type: str
    type: str
    entry: list[_Entry]


Decoded = TypeVar("Decoded")
Named = TypeVar("Named", bound=StrEnum)


def read_acknowledgement(body: bytes) -> Acknowledgement:
    """Raises AcknowledgementUnreadable, and nothing else, whatever the body holds."""
    if len(body) > MAX_BYTES:
        raise AcknowledgementUnreadable("too large for an acknowledgement")
    bundle = _decode(body, _Bundle)
    if (bundle.resource_type, bundle.type) != ("Bundle", "message") or not bundle.entry:
        raise AcknowledgementUnreadable("not a message Bundle")
    header = _resource(bundle.entry[0], "MessageHeader", _Header)
    if (header.event_coding.system, header.event_coding.code) != (
        systems.MESSAGE_EVENT,
        systems.EVENT_ACKNOWLEDGEMENT,
    ):
        raise AcknowledgementUnreadable("not the event of an acknowledgement")
    if _FHIR_ID.fullmatch(header.response.identifier) is None:
        raise AcknowledgementUnreadable("does not say which message it answers")
    details = [e for e in bundle.entry[1:] if e.full_url == header.response.details.reference]
    if len(details) != 1:
        raise AcknowledgementUnreadable("its details are not in it")
    outcome = _resource(details[0], "OperationOutcome", _OperationOutcome)
    return _acknowledgement(header.response, outcome)


def _acknowledgement(response: _Response, outcome: _OperationOutcome) -> Acknowledgement:
    if not outcome.issue:
        raise AcknowledgementUnreadable("says nothing of what happened")
    issue = outcome.issue[0]
    itk_code = _only_code(issue, systems.ITK_RESPONSE_CODE)
    known = ITK_CODES.get(itk_code or "")
    if itk_code is None or known is None:
        raise AcknowledgementUnreadable("has no response code that we know")
    response_code = _named(ResponseCode, response.code)
    if known.positive != (response_code is ResponseCode.OK):
        raise AcknowledgementUnreadable("its two response codes contradict each other")
    said = _only_code(issue, systems.DISPOSITION)
    disposition = None if said is None else _named(Disposition, said)
    if disposition is not None and known.level is Level.INFRASTRUCTURE:
        raise AcknowledgementUnreadable("says what became of the result before anybody could know")
    if disposition is Disposition.FILED and not known.positive:
        raise AcknowledgementUnreadable("says filed and refused at once")
    return Acknowledgement(
        response_to=response.identifier,
        response_code=response_code,
        level=known.level,
        itk_code=itk_code,
        disposition=disposition,
        words=plain(issue.diagnostics[: MAX_WORDS * 2])[:MAX_WORDS] or known.means,
    )


def _only_code(issue: _Issue, system: str) -> str | None:
    codes = [coding.code for coding in issue.details.coding if coding.system == system]
    if len(codes) > 1:
        raise AcknowledgementUnreadable("says two things at once")
    return codes[0] if codes else None


def _named(kind: type[Named], code: str) -> Named:
    """Not left to the decoder: its message would quote what came in."""
    try:
        return kind(code)
    except ValueError:
        raise AcknowledgementUnreadable(f"has no {kind.__name__} that we know") from None


def _resource(entry: _Entry, kind: str, model: type[Decoded]) -> Decoded:
    if _decode(entry.resource, _Kind).resource_type != kind:
        raise AcknowledgementUnreadable(f"has no {kind} where one must be")
    return _decode(entry.resource, model)


def _decode(body: bytes | msgspec.Raw, model: type[Decoded]) -> Decoded:
    """The decoder's own messages name places and types, never content; they are kept for the person."""
    try:
        return msgspec.json.decode(body, type=model)
    except msgspec.ValidationError as error:
        raise AcknowledgementUnreadable(f"lacks a part: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise AcknowledgementUnreadable("not JSON") from None
    except RecursionError:
        raise AcknowledgementUnreadable("nested too deep") from None
