"""A MESH and its practices in memory, with the faults that a network has: for tests of the pipeline's book-keeping.

It stands in for `pilot.pipeline.mailbox.Mailbox`; the real one is tested against the simulator's process.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from pilot.errors import MeshUnreachable
from pilot.pipeline.mailbox import Accepted, Received, Refused, Sending, Uncertain, Unreached

S = TypeVar("S")
T = TypeVar("T")


class Killed(BaseException):
    """The pipeline's process is gone."""


class Weather(StrEnum):
    """How MESH behaves just now."""

    FAIR = "fair"
    DOWN = "down"
    REFUSES = "refuses"
    REPLY_LOST = "reply lost"
    REQUEST_LOST = "request lost"
    KILLED_BEFORE = "killed before the send"
    KILLED_AFTER = "killed after the send"


@dataclass
class Message:
    """What lies in MESH for a practice."""

    mesh_id: str
    local_id: str
    practice: str
    body: bytes


@dataclass
class MeshInMemory:
    """`taken` is all that MESH ever accepted; `inbox` what waits for the office."""

    taken: list[Message] = field(default_factory=list)
    inbox_ids: list[str] = field(default_factory=list)
    waiting: dict[str, Received] = field(default_factory=dict)
    weather: Weather = Weather.FAIR
    without_mailbox: frozenset[str] = frozenset()
    numbered: int = 0

    def lookup(self, ods_code: str, workflow: str) -> str | None:
        self._up()
        return None if ods_code in self.without_mailbox else f"{ods_code}OT001"

    def send(self, recipient: str, workflow: str, body: bytes, local_id: str, content_type: str) -> Sending:
        match self.weather:
            case Weather.DOWN:
                return Unreached("down")
            case Weather.REFUSES:
                return Refused("12", "Unregistered to address")
            case Weather.REQUEST_LOST:
                return Uncertain("connection lost")
            case Weather.KILLED_BEFORE:
                raise Killed
        self.numbered += 1
        self.taken.append(Message(f"M{self.numbered}", local_id, recipient, body))
        if self.weather is Weather.KILLED_AFTER:
            raise Killed
        if self.weather is Weather.REPLY_LOST:
            return Uncertain("connection lost")
        return Accepted(f"M{self.numbered}")

    def each(self, ask: Callable[[S], T], lanes: Sequence[Sequence[S]]) -> list[list[T]]:
        return [[ask(one) for one in lane] for lane in lanes]

    def find_sent(self, local_id: str) -> str | None:
        self._up()
        return next((message.mesh_id for message in self.taken if message.local_id == local_id), None)

    def inbox(self) -> Iterator[str]:
        self._up()
        yield from list(self.inbox_ids)

    def read(self, mesh_id: str) -> Received | None:
        self._up()
        return self.waiting.get(mesh_id)

    def acknowledge(self, mesh_id: str) -> None:
        self._up()
        if self.weather in (Weather.KILLED_BEFORE, Weather.KILLED_AFTER):
            raise Killed
        if mesh_id in self.inbox_ids:
            self.inbox_ids.remove(mesh_id)

    def put(
        self,
        body: bytes = b"",
        kind: str = "DATA",
        linked: str = "",
        code: str = "",
        sender: str = "A91001OT001",
    ) -> str:
        """Something for the office arrives."""
        self.numbered += 1
        mesh_id = f"M{self.numbered}"
        self.waiting[mesh_id] = Received(
            mesh_id, kind, "BREAST_SCREENING_RESULT_ACK", sender, "", linked, code, "", body
        )
        self.inbox_ids.append(mesh_id)
        return mesh_id

    def _up(self) -> None:
        if self.weather is Weather.DOWN:
            raise MeshUnreachable("MESH does not answer", "in memory", "Wait")


def acknowledgement(response_to: str, itk_code: str, disposition: str = "") -> bytes:
    """A practice's answer in the shape of docs/interfaces.md."""
    ok = itk_code in ("20013", "30001", "30004")
    coding = [{"system": "https://fhir.hl7.org.uk/CodeSystem/UKCore-ITKResponseCode", "code": itk_code}]
    if disposition:
        coding.append(
            {
                "system": "https://breast-screening-results-pilot.example/fhir/CodeSystem/disposition",
                "code": disposition,
            }
        )
    outcome = {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": "information" if ok else "error",
                "code": "informational" if ok else "processing",
                "details": {"coding": coding},
                "diagnostics": "said by a test",
            }
        ],
    }
    header = {
        "resourceType": "MessageHeader",
        "eventCoding": {
            "system": "https://breast-screening-results-pilot.example/fhir/CodeSystem/message-event",
            "code": "breast-screening-result-ack",
        },
        "source": {"endpoint": "urn:nhs:gp:A91001"},
        "response": {
            "identifier": response_to,
            "code": "ok" if ok else "fatal-error",
            "details": {"reference": "urn:uuid:1f0c1c0e-0000-4000-8000-000000000001"},
        },
    }
    bundle = {
        "resourceType": "Bundle",
        "type": "message",
        "identifier": {"system": "https://tools.ietf.org/html/rfc4122", "value": f"ack-{response_to}"},
        "entry": [
            {"fullUrl": "urn:uuid:1f0c1c0e-0000-4000-8000-000000000000", "resource": header},
            {"fullUrl": "urn:uuid:1f0c1c0e-0000-4000-8000-000000000001", "resource": outcome},
        ],
    }
    return json.dumps(bundle).encode()


def screening_number(body: bytes) -> str:
    """Whose result a message carries."""
    resources = [entry["resource"] for entry in json.loads(body)["entry"]]
    observation = next(resource for resource in resources if resource["resourceType"] == "Observation")
    return str(observation["identifier"][0]["value"])
