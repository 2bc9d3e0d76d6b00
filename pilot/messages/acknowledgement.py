"""What a practice answered, in whichever of three dialects. Bytes from outside, never failing in more than one way.

Read are this project's FHIR R4 answers, ITK3's own (STU3, XML or JSON) and NHS England's R4 acknowledgements: all
are message Bundles whose header has a `response`, and an OperationOutcome with ITK3's code, or none and FHIR's
response code alone. What does not mean one thing is not read.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NoReturn, TypeVar

from pilot.messages import systems
from pilot.messages.fhir_tree import Node, NotFhir, read_fhir
from pilot.messages.itk import ITK_CODES, PLAIN_ANSWERS, ItkCode, Level
from pilot.messages.text import plain

# An acknowledgement is a kilobyte or two; what is far larger is not one.
MAX_BYTES = 256 * 1024
MAX_WORDS = 500
_FHIR_ID = re.compile(r"[A-Za-z0-9.\-]{1,64}")
_URN: Final = "urn:uuid:"


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
    """The body is not an acknowledgement that means one thing: a person must look. Quotes none of its content.

    `response_to` is the message that it answers, where at least that much is plain.
    """

    def __init__(self, why: str, response_to: str = "") -> None:
        super().__init__(why)
        self.response_to = response_to


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """`response_to` is the id of the message answered, in lower case and without `urn:uuid:`.

    `itk_code` is FHIR's response code where the answer has no ITK3 code. `words` is one line for a person, fit
    for a terminal: the practice's own, or else what the code means.
    """

    response_to: str
    response_code: ResponseCode
    level: Level
    itk_code: str
    disposition: Disposition | None
    words: str


def read_acknowledgement(body: bytes) -> Acknowledgement:
    """Raises AcknowledgementUnreadable, and nothing else, whatever the body holds."""
    if len(body) > MAX_BYTES:
        raise AcknowledgementUnreadable("too large for an acknowledgement")
    try:
        bundle = read_fhir(body)
    except NotFhir as error:
        raise AcknowledgementUnreadable(str(error)) from None
    entries = list(bundle.all("entry"))
    if (bundle.kind, bundle.text("type")) != ("Bundle", "message") or not entries:
        raise AcknowledgementUnreadable("not a message Bundle")
    header = next(entries[0].all("resource"), Node())
    if header.kind != "MessageHeader":
        raise AcknowledgementUnreadable("its first entry is not a MessageHeader")
    if header.text("eventCoding", "code") == systems.EVENT_RESULT:
        raise AcknowledgementUnreadable("a result, not an answer to one")
    response_to = message_id(header.text("response", "identifier"))
    if _FHIR_ID.fullmatch(response_to) is None:
        raise AcknowledgementUnreadable("does not say which message it answers")
    return _Reading(response_to, header, entries).acknowledgement()


def message_id(text: str) -> str:
    """A message's id as we keep it: systems write it in any case, with `urn:uuid:` or without."""
    return text.strip().lower().removeprefix(_URN)


Named = TypeVar("Named", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class _Reading:
    """An answer of which it is known what it answers."""

    response_to: str
    header: Node
    entries: list[Node]

    def acknowledgement(self) -> Acknowledgement:
        response_code = self.named(ResponseCode, self.header.text("response", "code"))
        issues = [issue for outcome in self.outcomes() for issue in outcome.all("issue")]
        code, known = self.code(issues, response_code)
        passing = response_code is ResponseCode.TRANSIENT_ERROR
        if known.positive is not None and known.positive != (response_code is ResponseCode.OK):
            self.refuse("its two response codes contradict each other")
        said = self.only(issues, frozenset({systems.DISPOSITION}))
        disposition = None if not said else self.named(Disposition, said)
        if disposition is not None and known.level is Level.INFRASTRUCTURE:
            self.refuse("says what became of the result before anybody could know")
        if disposition is Disposition.FILED and (known.positive is False or passing):
            self.refuse("says filed and refused at once")
        words = next((text for issue in issues if (text := issue.text("diagnostics"))), "")
        return Acknowledgement(
            response_to=self.response_to,
            response_code=response_code,
            level=known.level,
            itk_code=code,
            disposition=disposition,
            words=plain(words[: MAX_WORDS * 2])[:MAX_WORDS] or known.means,
        )

    def outcomes(self) -> list[Node]:
        """Every OperationOutcome: two that differ are an answer that means two things."""
        resources = [
            (entry.text("fullUrl"), node) for entry in self.entries for node in entry.all("resource")
        ]
        outcomes = [(url, node) for url, node in resources if node.kind == "OperationOutcome"]
        wanted = self.header.text("response", "details", "reference")
        named = {name for url, node in outcomes for name in (url, node.text("id")) if name}
        if wanted and not {wanted, wanted.rpartition("/")[2], message_id(wanted)} & named:
            self.refuse("its details are not in it")
        return [node for _, node in outcomes]

    def code(self, issues: list[Node], response_code: ResponseCode) -> tuple[str, ItkCode]:
        code = self.only(issues, systems.ITK_RESPONSE_CODES)
        if not code and not any(True for issue in issues for _ in issue.all("details", "coding")):
            return response_code.value, PLAIN_ANSWERS[response_code]
        if code not in ITK_CODES:
            self.refuse("has no response code that we know")
        return code, ITK_CODES[code]

    def only(self, issues: list[Node], names: frozenset[str]) -> str:
        codings = (coding for issue in issues for coding in issue.all("details", "coding"))
        codes = [coding.text("code") for coding in codings if coding.text("system") in names]
        if len(set(codes)) > 1:
            self.refuse("says two things at once")
        return codes[0] if codes else ""

    def named(self, kind: type[Named], code: str) -> Named:
        if code not in list(kind):
            self.refuse(f"has no {kind.__name__} that we know")
        return kind(code)

    def refuse(self, why: str) -> NoReturn:
        raise AcknowledgementUnreadable(why, self.response_to)
