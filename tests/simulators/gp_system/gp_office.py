"""The office's end in the tests: result messages as the contract has them, and the answers to them."""

import base64
import json
import re
import uuid
from dataclasses import dataclass
from typing import Any

from mesh_client import MeshClient

from simulators.gp_system.receiving.payload import NHS_NUMBER, ODS_CODE, SCREENING_NUMBER
from simulators.gp_system.receiving.result_message import INTERPRETATION
from tests.simulators.gp_system.gp_world import BSO_MAILBOX, KEY, ODS, PASSWORD, patient

SNOMED = "http://snomed.info/sct"


def result(place: int = 0, outcome: str = "normal", **changes: Any) -> dict[str, Any]:
    """A result message about the n-th patient (docs/interfaces.md, section 4), as a dict to spoil at will.

    `code` None makes it explicitly uncoded; `who` replaces what the message says of the patient.
    """
    given: dict[str, Any] = {
        "message_id": str(uuid.uuid4()),
        "code": {"normal": "171175005", "did_not_attend": "281399006"}.get(outcome),
        "screening_number": f"KXX00000{place}",
        "effective": "2026-10-19",
        "ods": ODS,
        "who": {},
    }
    assert not set(changes) - set(given), "no such part"
    parts = given | changes
    who = patient(place) | parts["who"]
    screened = outcome != "did_not_attend"
    value: dict[str, Any] = {"text": f"Breast screening: {outcome}"}
    if parts["code"]:
        value["coding"] = [{"system": SNOMED, "code": parts["code"], "display": "as sent"}]
    observation: dict[str, Any] = {
        "resourceType": "Observation",
        "status": "final",
        "identifier": [{"system": SCREENING_NUMBER, "value": parts["screening_number"]}],
        "code": {"coding": [{"system": SNOMED, "code": "268547008"}]} if screened else {"text": "Invitation"},
        "valueCodeableConcept": value,
    }
    if outcome == "recall_for_assessment":
        observation["interpretation"] = [{"coding": [{"system": INTERPRETATION, "code": "A"}]}]
    if parts["effective"]:
        observation["effectiveDateTime"] = parts["effective"]
    printed = {"contentType": "application/pdf", "data": base64.b64encode(b"%PDF-1.4 as printed").decode()}
    report = {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "result": [{"reference": "urn:uuid:o"}],
        "presentedForm": [printed],
    }
    header = {
        "resourceType": "MessageHeader",
        "id": parts["message_id"],
        "eventCoding": {"code": "breast-screening-result"},
        "destination": [{"receiver": {"reference": "urn:uuid:r"}}],
        "focus": [{"reference": "urn:uuid:d" if screened else "urn:uuid:o"}],
    }
    person = {
        "resourceType": "Patient",
        "identifier": [{"system": NHS_NUMBER, "value": who["nhs_number"]}],
        "name": [{"family": who["surname"], "given": [who["forename"]]}],
        "birthDate": who["date_of_birth"],
    }
    receiver = {
        "resourceType": "Organization",
        "identifier": [{"system": ODS_CODE, "value": parts["ods"]}],
    }
    resources = [("h", header), ("p", person), ("o", observation), ("r", receiver)]
    if screened:
        resources.append(("d", report))
    return {
        "resourceType": "Bundle",
        "type": "message",
        "identifier": {"value": parts["message_id"]},
        "entry": [{"fullUrl": f"urn:uuid:{name}", "resource": resource} for name, resource in resources],
    }


def body(bundle: dict[str, Any]) -> bytes:
    return json.dumps(bundle).encode()


@dataclass(frozen=True)
class Answer:
    answers: str
    code: str
    disposition: str | None


def answer_in(acknowledgement: bytes) -> Answer:
    """What an acknowledgement says, read without any code of ours; ITK3's in XML, or ours in JSON."""
    if acknowledgement.startswith(b"<"):
        text = acknowledgement.decode()
        about, code = (
            re.search(pattern, text)
            for pattern in ('<response><identifier value="([^"]+)"', r'<code value="(\d{5})"')
        )
        assert about and code  # noqa: PT018
        return Answer(about[1], code[1], None)
    bundle = json.loads(acknowledgement)
    header, outcome = (bundle["entry"][place]["resource"] for place in (0, 1))
    coding = {c["system"].rsplit("/", 1)[-1]: c["code"] for c in outcome["issue"][0]["details"]["coding"]}
    return Answer(
        header["response"]["identifier"], coding["UKCore-ITKResponseCode"], coding.get("disposition")
    )


class Office:
    """The office's mailbox, through the NHS's own client."""

    def __init__(self, mesh_url: str) -> None:
        self._client = client(mesh_url, BSO_MAILBOX)

    def send(self, data: bytes, workflow: str = "BREAST_SCREENING_RESULT", to: str = f"{ODS}OT001") -> str:
        """Send a payload; the local id it went under."""
        local_id = str(uuid.uuid4())
        self._client.send_message(to, data, workflow_id=workflow, local_id=local_id)
        return local_id

    def answers(self) -> list[Answer]:
        """Every answer that has come, in order; takes them out of the mailbox."""
        found = []
        for message in self._client.iterate_all_messages():
            found.append(answer_in(message.read()))
            message.acknowledge()
            message.close()
        return found

    def close(self) -> None:
        self._client.close()


def client(mesh_url: str, mailbox: str) -> MeshClient:
    made = MeshClient(mesh_url, mailbox, PASSWORD, shared_key=KEY.encode(), max_retries=0)
    made._session.trust_env = False
    return made


def drain(mesh_url: str, *mailboxes: str) -> None:
    """Empty mailboxes that an earlier test has filled."""
    for mailbox in mailboxes:
        with client(mesh_url, mailbox) as mesh:
            for message_id in mesh.iterate_message_ids():
                mesh.acknowledge_message(message_id)


def waiting_in(mesh_url: str, mailbox: str) -> int:
    """How many messages nobody has collected."""
    with client(mesh_url, mailbox) as mesh:
        return len(mesh.list_messages())
