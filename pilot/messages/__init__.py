"""What is sent and what comes back: FHIR R4 message Bundles as bytes. Knows nothing of how they travel."""

from pilot.messages.acknowledgement import (
    Acknowledgement,
    AcknowledgementUnreadable,
    Disposition,
    ResponseCode,
    message_id,
    read_acknowledgement,
)
from pilot.messages.itk import Level
from pilot.messages.organisation import Organisation
from pilot.messages.pdf_page import pdf_page, pdf_pages
from pilot.messages.result_message import result_message

__all__ = [
    "Acknowledgement",
    "AcknowledgementUnreadable",
    "Disposition",
    "Level",
    "Organisation",
    "ResponseCode",
    "message_id",
    "pdf_page",
    "pdf_pages",
    "read_acknowledgement",
    "result_message",
]
