"""What a sender says of a message, in `Mex-...` headers: read, and checked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from simulators.mesh import protocol
from simulators.mesh.api.chunk_range import ChunkRange
from simulators.mesh.errors import InvalidRequest, MeshError

# The longest value the API description allows, in characters.
_LONGEST = {
    "mex-to": 100,
    "mex-workflowid": 300,
    "mex-chunk-range": 20,
    "mex-subject": 500,
    "mex-localid": 300,
    "mex-partnerid": 500,
    "mex-filename": 300,
    "mex-content-encrypted": 20,
    "mex-content-compressed": 20,
    "mex-content-checksum": 100,
    "mex-content-type": 100,
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_NOT_ADDRESSES = ("mex-to", "mex-workflowid", "mex-content-checksum")
_CHECKSUM = re.compile(r"[A-Za-z0-9\s:/-]*")
_YES = frozenset({"y", "yes", "t", "true", "on", "1"})


@dataclass(frozen=True, slots=True)
class MexHeaders:
    """Blank where the sender said nothing."""

    to: str
    workflow_id: str
    chunk_range: ChunkRange
    subject: str
    local_id: str
    partner_id: str
    file_name: str
    checksum: str
    content_type: str
    content_encoding: str
    compressed: bool
    encrypted: bool
    mex_from: str
    message_type: str

    @classmethod
    def parse(cls, headers: Mapping[str, str]) -> "MexHeaders":
        """Raises MeshError: 400 where a header is missing or malformed, 417 for chunk range and encoding."""
        values = {name: headers.get(name, "") for name in _LONGEST}
        _check(values, headers)
        content_type = values["mex-content-type"] or headers.get("content-type", "").strip().lower()
        return cls(
            to=values["mex-to"].strip().upper(),
            workflow_id=values["mex-workflowid"].strip(),
            chunk_range=_first_chunk(values["mex-chunk-range"]),
            subject=values["mex-subject"],
            local_id=values["mex-localid"],
            partner_id=values["mex-partnerid"],
            file_name=values["mex-filename"],
            checksum=values["mex-content-checksum"].strip(),
            content_type=content_type,
            content_encoding=content_encoding(headers),
            compressed=values["mex-content-compressed"].strip().lower() in _YES,
            encrypted=values["mex-content-encrypted"].strip().lower() in _YES,
            mex_from=headers.get("mex-from", "").strip().upper(),
            message_type=headers.get("mex-messagetype", "").strip().upper(),
        )


def content_encoding(headers: Mapping[str, str]) -> str:
    """ "" or "gzip". Raises MeshError (417) for any other."""
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "gzip"):
        raise MeshError(protocol.BAD_ENCODING)
    return encoding


def _first_chunk(text: str) -> ChunkRange:
    if not text.strip():
        return ChunkRange()
    chunk_range = ChunkRange.parse(text)
    if chunk_range.number != 1:
        raise MeshError(protocol.BAD_CHUNKS)
    return chunk_range


def _check(values: dict[str, str], headers: Mapping[str, str]) -> None:
    if not values["mex-to"].strip():
        raise MeshError(protocol.NO_RECIPIENT)
    if "mex-workflowid" not in headers:
        raise InvalidRequest("header", "mex-workflowid", "Field required")
    for name, value in values.items():
        if len(value) > _LONGEST[name]:
            raise InvalidRequest("header", name, f"String should have at most {_LONGEST[name]} characters")
    if _CONTROL.search("".join(values.values())) or any(
        _ADDRESS.match(values[name]) for name in _NOT_ADDRESSES
    ):
        raise MeshError(protocol.MALFORMED)
    if not _CHECKSUM.fullmatch(values["mex-content-checksum"]):
        raise InvalidRequest("header", "mex-content-checksum", "Invalid checksum")
