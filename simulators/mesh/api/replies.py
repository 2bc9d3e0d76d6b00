"""Replies as bytes: JSON in the media type of the API version asked for, and refusals in its shape."""

from typing import Any
from uuid import uuid4

import orjson
from starlette.responses import Response

from simulators.mesh.errors import InvalidRequest, MeshError
from simulators.mesh.protocol import MEDIA_TYPES


def json_reply(content: Any, version: int = 1, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type=MEDIA_TYPES[version])


def refusal_reply(error: MeshError, version: int) -> Response:
    """v1: `{messageID, errorEvent, errorCode, errorDescription}`; v2: `{message_id, internal_id, detail}`."""
    refusal = error.refusal
    if isinstance(error, InvalidRequest):
        detail = [
            {"type": "value_error", "loc": [error.where, name], "msg": refusal.description}
            for name in error.names
        ]
        return json_reply({"detail": detail}, status=refusal.status)
    if version < 2:
        content: dict[str, Any] = {
            "errorEvent": refusal.event,
            "errorCode": refusal.code,
            "errorDescription": refusal.description,
        }
        return json_reply({**_message_id("messageID", error), **content}, status=refusal.status)
    detail = [{"event": refusal.event, "code": refusal.code, "msg": refusal.description}]
    content = {**_message_id("message_id", error), "internal_id": uuid4().hex, "detail": detail}
    return json_reply(content, 2, refusal.status)


def _message_id(key: str, error: MeshError) -> dict[str, str]:
    return {key: error.message_id} if error.message_id else {}
