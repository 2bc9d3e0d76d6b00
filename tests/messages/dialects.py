"""The same answer in each dialect that practices' systems write, made here by hand from the published shapes."""

import json
from collections.abc import Callable
from typing import Any

UK_CORE = "https://fhir.hl7.org.uk/CodeSystem/UKCore-ITKResponseCode"
STU3 = "https://fhir.nhs.uk/STU3/CodeSystem/ITK-ResponseCodes-1"
OUTCOME = "9b1c4f60-0000-4000-8000-000000000001"
HEADER = "9b1c4f60-0000-4000-8000-000000000000"
POSITIVE = {"20013", "30001", "30004"}

# All that UK Core publishes: 28 codes.
CODES = (
    *(f"100{number:02}" for number in (1, 2, 3, 4, 5, 7, 8, 9, 10)),
    *(f"200{number:02}" for number in range(1, 16)),
    *(f"3000{number}" for number in (1, 2, 3, 4)),
)


def _response(code: str) -> str:
    return "ok" if code in POSITIVE else "fatal-error"


def nhs_england_r4(response_to: str, code: str) -> bytes:
    """NHS England's R4 acknowledgement: UK Core's code system, no event of this project's, no disposition."""
    return _bundle(
        {
            "eventCoding": {
                "system": "https://fhir.nhs.uk/CodeSystem/message-event",
                "code": "acknowledgement",
            }
        },
        response_to,
        code,
        UK_CORE,
    )


def itk3_json(response_to: str, code: str) -> bytes:
    """ITK3's response in JSON: STU3, so `event` and not `eventCoding`, and a reference without `urn:uuid:`."""
    event = {"system": "https://fhir.nhs.uk/STU3/CodeSystem/ITK-MessageEvent-2", "code": "ITK008M"}
    return _bundle({"event": event}, f"urn:uuid:{response_to.upper()}", code, STU3)


def _bundle(event: dict[str, Any], response_to: str, code: str, system: str) -> bytes:
    header = {
        "resourceType": "MessageHeader",
        "id": HEADER,
        **event,
        "source": {"endpoint": "urn:nhs:practice"},
        "response": {
            "identifier": response_to,
            "code": _response(code),
            "details": {"reference": f"urn:uuid:{OUTCOME}"},
        },
    }
    details = {"coding": [{"system": system, "code": code, "display": "as published"}]}
    outcome = {
        "resourceType": "OperationOutcome",
        "id": OUTCOME,
        "issue": [
            {"severity": "error", "code": "processing", "details": details, "diagnostics": "said by a test"}
        ],
    }
    resources = ((HEADER, header), (OUTCOME, outcome))
    entries = [{"fullUrl": f"urn:uuid:{name}", "resource": resource} for name, resource in resources]
    return json.dumps({"resourceType": "Bundle", "type": "message", "entry": entries}).encode()


def itk3_xml(response_to: str, code: str) -> bytes:
    """ITK3's response as it mostly travels: STU3 XML, ids in capitals."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Bundle xmlns="http://hl7.org/fhir">
  <meta><profile value="https://fhir.nhs.uk/STU3/StructureDefinition/ITK-Message-Bundle-1"/></meta>
  <type value="message"/>
  <entry>
    <fullUrl value="urn:uuid:{HEADER}"/>
    <resource><MessageHeader>
      <id value="{HEADER}"/>
      <event><system value="https://fhir.nhs.uk/STU3/CodeSystem/ITK-MessageEvent-2"/><code value="ITK008M"/></event>
      <source><endpoint value="urn:nhs:practice"/></source>
      <response>
        <identifier value="{response_to.upper()}"/>
        <code value="{_response(code)}"/>
        <details><reference value="urn:uuid:{OUTCOME}"/></details>
      </response>
    </MessageHeader></resource>
  </entry>
  <entry>
    <fullUrl value="urn:uuid:{OUTCOME}"/>
    <resource><OperationOutcome>
      <id value="{OUTCOME}"/>
      <issue>
        <severity value="error"/><code value="processing"/>
        <details>
          <coding><system value="{STU3}"/><code value="{code}"/><display value="as published"/></coding>
        </details>
        <diagnostics value="said by a test"/>
      </issue>
    </OperationOutcome></resource>
  </entry>
</Bundle>""".encode()


DIALECTS: dict[str, Callable[[str, str], bytes]] = {
    "NHS England's R4": nhs_england_r4,
    "ITK3 in JSON": itk3_json,
    "ITK3 in XML": itk3_xml,
}
