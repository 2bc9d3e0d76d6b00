"""What a practice answered, in whichever of three dialects. Bytes from outside, never failing in more than one way.

Read are this project's FHIR R4 answers, ITK3's own (STU3, XML or JSON) and NHS England's R4 acknowledgements: all
are message Bundles whose header has a `response`, and an OperationOutcome with ITK3's code (UK Core's published code
system, `UKCore-ITKResponseCode` 1.0.0), or none and FHIR's response code alone. What does not mean one thing is not
read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NoReturn, TypeVar

from pilot.messages import fhir as systems
from pilot.messages.fhir import Node, NotFhir, plain, read_fhir


class Level(StrEnum):
    """Infrastructure: did the system take the message. Business: did it know the patient."""

    INFRASTRUCTURE = "infrastructure"
    BUSINESS = "business"


@dataclass(frozen=True, slots=True)
class ItkCode:
    """`positive`: FHIR's response code beside it is `ok`; None where it may be either."""

    level: Level
    positive: bool | None
    means: str


def _refused(means: str) -> ItkCode:
    return ItkCode(Level.INFRASTRUCTURE, False, means)


ITK_CODES: Mapping[str, ItkCode] = MappingProxyType(
    {
        "10001": _refused("handling instructions not understood"),
        "10002": _refused("asks for a technical answer in a way that is not understood"),
        "10003": _refused("asks for a business answer in a way that is not understood"),
        "10004": _refused("message definition not understood"),
        "10005": _refused("version of the message definition not understood"),
        "10007": _refused("sender's reference not understood"),
        "10008": _refused("handling instructions break a rule"),
        "10009": _refused("message cannot be read"),
        "10010": _refused("type of recipient not understood"),
        "20001": _refused("recipient person not recognised"),
        "20002": _refused("recipient organisation not recognised"),
        "20003": _refused("sender not recognised"),
        "20004": _refused("attachment of a type that is not approved"),
        "20005": _refused("attachment of a type that is not supported"),
        "20006": _refused("message header fails validation"),
        "20007": _refused("duplicate message"),
        "20008": _refused("duplicate document"),
        "20009": _refused("payload fails validation"),
        "20010": _refused("this system does not take such messages for that organisation"),
        "20011": _refused("this system does not take such messages for that person"),
        "20012": _refused("sender not authorised"),
        "20013": ItkCode(Level.INFRASTRUCTURE, True, "received"),
        "20014": _refused("cannot replace the earlier document"),
        "20015": _refused("message too large"),
        "30001": ItkCode(Level.BUSINESS, True, "patient known here"),
        "30002": ItkCode(Level.BUSINESS, False, "patient not known here"),
        "30003": ItkCode(Level.BUSINESS, False, "patient no longer here"),
        "30004": ItkCode(Level.BUSINESS, None, "patient recently deceased"),
    }
)

# What an answer without an ITK3 code says: FHIR's response code alone.
PLAIN_ANSWERS: Mapping[str, ItkCode] = MappingProxyType(
    {
        "ok": ItkCode(Level.INFRASTRUCTURE, True, "received"),
        "transient-error": _refused("cannot take it just now"),
        "fatal-error": _refused("refused without a code"),
    }
)


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

    @property
    def passing(self) -> bool:
        """Whether it says "not just now", whatever else it says."""
        return self.response_code is ResponseCode.TRANSIENT_ERROR

    @property
    def said(self) -> str:
        """Code and disposition, as `answers.toml` names them."""
        return f"{self.itk_code} {self.disposition or ''}".strip()

    @property
    def told(self) -> str:
        """The same for a person: what is said for now only says so."""
        for_now = self.passing and self.itk_code != ResponseCode.TRANSIENT_ERROR
        return f"{self.said} (for now)" if for_now else self.said


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
