"""What is sent and what comes back, as bytes. Knows nothing of how they travel."""

from collections.abc import Mapping
from types import MappingProxyType

from pilot.messages import itk3_document, pdf_page, result_message
from pilot.messages.acknowledgement import (
    Acknowledgement,
    AcknowledgementUnreadable,
    Disposition,
    Level,
    ResponseCode,
    message_id,
    read_acknowledgement,
)
from pilot.messages.payload import Organisation, Payload

# Every payload, by its route.
PAYLOADS: Mapping[str, Payload] = MappingProxyType(
    {module.PAYLOAD.route: module.PAYLOAD for module in (result_message, pdf_page, itk3_document)}
)

__all__ = [
    "PAYLOADS",
    "Acknowledgement",
    "AcknowledgementUnreadable",
    "Disposition",
    "Level",
    "Organisation",
    "Payload",
    "ResponseCode",
    "message_id",
    "read_acknowledgement",
]
