"""The names that the message is made of: profiles, identifier systems, codes (docs/interfaces.md, section 4)."""

from typing import Final

# Our own names: a domain that RFC 2606 reserves, so that nobody can own it and no name of ours passes for HL7 UK's
# or NHS England's. What stands behind each is in definitions/. A live service puts its own base here.
BASE: Final = "https://breast-screening-results-pilot.example/fhir"

SNOMED_CT: Final = "http://snomed.info/sct"
NHS_NUMBER: Final = "https://fhir.nhs.uk/Id/nhs-number"
ODS_CODE: Final = "https://fhir.nhs.uk/Id/ods-organization-code"
SCREENING_NUMBER: Final = f"{BASE}/Id/screening-number"
REPORT_ID: Final = f"{BASE}/Id/report"
MESSAGE_ID: Final = "https://tools.ietf.org/html/rfc4122"
REPORT_CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/v2-0074"

OBSERVATION_CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/observation-category"
INTERPRETATION: Final = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
RESPONSE_REQUEST: Final = "http://hl7.org/fhir/StructureDefinition/messageheader-response-request"

MESSAGE_EVENT: Final = f"{BASE}/CodeSystem/message-event"
EVENT_RESULT: Final = "breast-screening-result"
EVENT_ACKNOWLEDGEMENT: Final = "breast-screening-result-ack"

ITK_RESPONSE_CODE: Final = "https://fhir.hl7.org.uk/CodeSystem/UKCore-ITKResponseCode"
# And the names that it may come under: UK Core's (R4), ITK3's own (STU3), and the one this pilot began with.
ITK_RESPONSE_CODES: Final = frozenset(
    {
        ITK_RESPONSE_CODE,
        "https://fhir.nhs.uk/STU3/CodeSystem/ITK-ResponseCodes-1",
        "https://fhir.nhs.uk/CodeSystem/itk-response-code",
    }
)
DISPOSITION: Final = f"{BASE}/CodeSystem/disposition"
OUTCOME: Final = f"{BASE}/CodeSystem/outcome"
CODE_SET: Final = f"{BASE}/CodeSystem/code-set"
UNCODED_OUTCOME: Final = f"{BASE}/StructureDefinition/uncoded-outcome"
REPLACES_MESSAGE: Final = f"{BASE}/StructureDefinition/replaces-message"

VERIFICATION_EXTENSION: Final = (
    "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus"
)
VERIFICATION_SYSTEM: Final = "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland"

SOFTWARE: Final = "Breast screening results pilot"

# The report code of the UK Core examples.
IMAGING_REPORT: Final = {"system": SNOMED_CT, "code": "722124004"}


def uk_core(resource: str) -> str:
    """The UK Core profile of a resource type."""
    return f"https://fhir.hl7.org.uk/StructureDefinition/UKCore-{resource}"


def message_definition(event: str) -> str:
    """The published definition of a message of ours, by its event."""
    return f"{BASE}/MessageDefinition/{event}"
