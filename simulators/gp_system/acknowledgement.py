"""The FHIR message a practice answers with, at two levels: it arrived, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import NAMESPACE_URL, uuid5

import orjson

from simulators.gp_system.bundle import ODS_CODE
from simulators.gp_system.decision import Disposition

RESPONSE_CODE: Final = "https://fhir.hl7.org.uk/CodeSystem/UKCore-ITKResponseCode"
DISPOSITION: Final = "https://breast-screening-results-pilot.example/fhir/CodeSystem/disposition"
MESSAGE_EVENT: Final = "https://breast-screening-results-pilot.example/fhir/CodeSystem/message-event"
ACK_EVENT: Final = "breast-screening-result-ack"

# code -> (MessageHeader.response.code, OperationOutcome issue severity, issue code)
_MEANING: Final = {
    20013: ("ok", "information", "informational"),
    20001: ("fatal-error", "error", "processing"),
    20007: ("fatal-error", "error", "duplicate"),
    20009: ("fatal-error", "error", "invalid"),
    20010: ("fatal-error", "error", "not-supported"),
    30001: ("ok", "information", "informational"),
    30002: ("fatal-error", "error", "not-found"),
    30003: ("fatal-error", "error", "not-found"),
    30004: ("ok", "information", "informational"),
}


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """One answer to one message. `disposition` only at the business level. `words` name no patient."""

    answers: str
    practice: str
    code: int
    words: str
    disposition: Disposition | None = None

    @property
    def id(self) -> str:
        """The same answer to the same message always has the same identifier, however often it is sent."""
        said = f"{self.practice}|{self.answers}|{self.code}|{self.disposition or ''}"
        return str(uuid5(NAMESPACE_URL, f"bss-pilot-ack:{said}"))

    def render(self, now: datetime) -> bytes:
        """The message Bundle as JSON."""
        response, severity, issue = _MEANING[self.code]
        coding = [{"system": RESPONSE_CODE, "code": str(self.code)}]
        if self.disposition is not None:
            coding.append({"system": DISPOSITION, "code": self.disposition})
        outcome_url, sender_url = (f"urn:uuid:{uuid5(NAMESPACE_URL, self.id + part)}" for part in "os")
        header = {
            "resourceType": "MessageHeader",
            "id": self.id,
            "eventCoding": {"system": MESSAGE_EVENT, "code": ACK_EVENT},
            "source": {"endpoint": f"urn:nhs:gp:{self.practice}"},
            "sender": {"reference": sender_url},
            "response": {
                "identifier": self.answers,
                "code": response,
                "details": {"reference": outcome_url},
            },
        }
        outcome = {
            "resourceType": "OperationOutcome",
            "issue": [
                {
                    "severity": severity,
                    "code": issue,
                    "details": {"coding": coding},
                    "diagnostics": self.words,
                }
            ],
        }
        sender = {
            "resourceType": "Organization",
            "identifier": [{"system": ODS_CODE, "value": self.practice}],
        }
        return orjson.dumps(
            {
                "resourceType": "Bundle",
                "type": "message",
                "identifier": {"system": "https://tools.ietf.org/html/rfc4122", "value": self.id},
                "timestamp": now.isoformat(),
                "entry": [
                    {"fullUrl": f"urn:uuid:{self.id}", "resource": header},
                    {"fullUrl": outcome_url, "resource": outcome},
                    {"fullUrl": sender_url, "resource": sender},
                ],
            }
        )
