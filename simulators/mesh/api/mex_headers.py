"""What a sender says of a message, in `Mex-...` headers: read, and checked."""

import re
from collections.abc import Mapping

import msgspec

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
_WHOLE = ChunkRange()
_YES = frozenset({"y", "yes", "t", "true", "on", "1"})


class MexHeaders(msgspec.Struct, frozen=True):
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
        _check(headers)
        say = headers.get
        return cls(
            to=headers["mex-to"].strip().upper(),
            workflow_id=headers["mex-workflowid"].strip(),
            chunk_range=_first_chunk(say("mex-chunk-range", "")),
            subject=say("mex-subject", ""),
            local_id=say("mex-localid", ""),
            partner_id=say("mex-partnerid", ""),
            file_name=say("mex-filename", ""),
            checksum=say("mex-content-checksum", "").strip(),
            content_type=say("mex-content-type") or say("content-type", "").strip().lower(),
            content_encoding=content_encoding(headers),
            compressed=say("mex-content-compressed", "").strip().lower() in _YES,
            encrypted=say("mex-content-encrypted", "").strip().lower() in _YES,
            mex_from=say("mex-from", "").strip().upper(),
            message_type=say("mex-messagetype", "").strip().upper(),
        )


def content_encoding(headers: Mapping[str, str]) -> str:
    """ "" or "gzip". Raises MeshError (417) for any other."""
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "gzip"):
        raise MeshError(protocol.BAD_ENCODING)
    return encoding


def _first_chunk(text: str) -> ChunkRange:
    if not text.strip():
        return _WHOLE
    chunk_range = ChunkRange.parse(text)
    if chunk_range.number != 1:
        raise MeshError(protocol.BAD_CHUNKS)
    return chunk_range


def _check(headers: Mapping[str, str]) -> None:
    if not headers.get("mex-to", "").strip():
        raise MeshError(protocol.NO_RECIPIENT)
    if "mex-workflowid" not in headers:
        raise InvalidRequest("header", "mex-workflowid", "Field required")
    for name in headers.keys() & _LONGEST.keys():
        value = headers[name]
        if len(value) > _LONGEST[name]:
            raise InvalidRequest("header", name, f"String should have at most {_LONGEST[name]} characters")
        if _CONTROL.search(value) or (name in _NOT_ADDRESSES and _ADDRESS.match(value)):
            raise MeshError(protocol.MALFORMED)
    if not _CHECKSUM.fullmatch(headers.get("mex-content-checksum", "")):
        raise InvalidRequest("header", "mex-content-checksum", "Invalid checksum")
