"""POST /messageexchange/{mailbox}: is MESH there, and is this mailbox let in? Once every 24 hours."""

from starlette.requests import Request
from starlette.responses import Response

from simulators.mesh.api.call import Call
from simulators.mesh.api.replies import json_reply
from simulators.mesh.errors import InvalidRequest

_REQUIRED = ("mex-clientversion", "mex-osname", "mex-osversion")


async def handshake(request: Request) -> Response:
    call = Call.of(request)
    missing = [name for name in _REQUIRED if name not in call.headers]
    if missing:
        raise InvalidRequest("header", missing, "Field required")
    client = call.headers["mex-clientversion"]
    await call.transact(lambda: call.exchange.store.shake_hands(call.mailbox_id, client))
    return json_reply({"mailboxId": call.mailbox_id}) if call.version < 2 else Response()


async def update(request: Request) -> Response:
    """Where the Java client asks for a new version of itself. There is none."""
    call = Call.of(request)
    await call.transact(lambda: None)
    return Response()
