"""The names that the message is made of: profiles, identifier systems, codes (docs/interfaces.md, section 4)."""

from typing import Final

SNOMED_CT: Final = "http://snomed.info/sct"
NHS_NUMBER: Final = "https://fhir.nhs.uk/Id/nhs-number"
ODS_CODE: Final = "https://fhir.nhs.uk/Id/ods-organization-code"
SCREENING_NUMBER: Final = "https://fhir.nhs.uk/Id/bss-screening-number"
MESSAGE_ID: Final = "https://tools.ietf.org/html/rfc4122"
REPORT_CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/v2-0074"

MESSAGE_EVENT: Final = "https://fhir.nhs.uk/CodeSystem/message-event"
EVENT_RESULT: Final = "breast-screening-result"
EVENT_ACKNOWLEDGEMENT: Final = "breast-screening-result-ack"

ITK_RESPONSE_CODE: Final = "https://fhir.nhs.uk/CodeSystem/itk-response-code"
DISPOSITION: Final = "https://fhir.hl7.org.uk/bss-pilot/disposition"
OUTCOME: Final = "https://fhir.hl7.org.uk/bss-pilot/outcome"
CODE_SET: Final = "https://fhir.hl7.org.uk/bss-pilot/code-set"
UNCODED_OUTCOME: Final = "https://fhir.hl7.org.uk/bss-pilot/StructureDefinition/uncoded-outcome"

VERIFICATION_EXTENSION: Final = (
    "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus"
)
VERIFICATION_SYSTEM: Final = "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland"

BREAST_SCREENING: Final = {
    "system": SNOMED_CT,
    "code": "268547008",
    "display": "Screening for malignant neoplasm of breast",
}
# The report code of the UK Core examples.
IMAGING_REPORT: Final = {"system": SNOMED_CT, "code": "722124004"}


def uk_core(resource: str) -> str:
    """The UK Core profile of a resource type."""
    return f"https://fhir.hl7.org.uk/StructureDefinition/UKCore-{resource}"
