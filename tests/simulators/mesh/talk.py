"""A conversation with a MESH server, written down so that two servers' answers can be compared."""

import json
import re
from collections.abc import Callable
from typing import Any

import requests

from tests.simulators.mesh.mesh_server import RECIPIENT, SENDER, V1, V2, WORKFLOW, token


class Talk:
    """A conversation with one server, written down as it goes."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = requests.Session()
        self._session.trust_env = False
        self._ids: dict[str, str] = {}
        self.transcript: list[Any] = []
        self.minds_types = False

    def say(
        self, mailbox: str, method: str, path: str, body: bytes = b"", accept: str = V2, **headers: str
    ) -> requests.Response:
        """`headers` by name with underscores for dashes. Paths may name messages as <1>, <2>, ... in order sent."""
        for message_id, name in self._ids.items():
            path = path.replace(name, message_id)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        given = {"Authorization": token(mailbox), "Accept": accept, "Accept-Encoding": "identity"} | given
        url = f"{self._url}/messageexchange/{mailbox}{path}"
        reply = self._session.request(method, url, data=body, headers=given, timeout=30)
        self._learn(reply)
        self.transcript.append(self._noted(reply))
        return reply

    def send(
        self, body: bytes = b"a result", sender: str = SENDER, accept: str = V2, **headers: str
    ) -> requests.Response:
        named = {"Mex_To": RECIPIENT, "Mex_WorkflowID": WORKFLOW} | headers
        return self.say(sender, "POST", "/outbox", body, accept, **named)

    def ask(self, path: str, accept: str = V2) -> None:
        reply = self._session.get(f"{self._url}{path}", headers={"Accept": accept}, timeout=30)
        self.transcript.append(self._noted(reply))

    def close(self) -> None:
        self._session.close()

    def _learn(self, reply: requests.Response) -> None:
        if reply.status_code != 202:
            return
        body = reply.json() or {}
        message_id = body.get("message_id") or body.get("messageID")
        if message_id and message_id not in self._ids:
            self._ids[message_id] = f"<{len(self._ids) + 1}>"

    def _noted(self, reply: requests.Response) -> Any:
        headers = {
            name.lower(): self._named(value)
            for name, value in reply.headers.items()
            if name.lower().startswith("mex-") or name.lower() in ("content-type", "content-encoding")
        }
        body: Any = reply.content
        if headers.get("content-type") == V2 and not self.minds_types:
            headers["content-type"] = V1  # which JSON media type a reply has: see media-type-v2
        if body and reply.headers.get("content-type", "") in (V1, V2):
            body = self._tidied(json.loads(self._named(reply.text)))
        if reply.status_code >= 300:
            headers = {}
            body = _told(body)
        return reply.status_code, headers, body

    def _named(self, text: str) -> str:
        for message_id, name in self._ids.items():
            text = text.replace(message_id, name)
        text = re.sub(r"\b20\d{12}\b", "<time>", text)
        text = re.sub(r"20\d\d-\d\d-\d\dT[\d:.]+(Z|\+00:00)?", "<time>", text)
        return re.sub(r"continue_from=[^\"&]+", "continue_from=<token>", text)

    def _tidied(self, body: Any) -> Any:
        if isinstance(body, dict):
            chance = ("internalID", "internal_id", "query_id")
            return {key: self._tidied(value) for key, value in body.items() if key not in chance}
        return body


def _told(body: Any) -> Any:
    """What an error says, whether in the shape of version 1, version 2 or of a validation error."""
    if not isinstance(body, dict):
        return None
    if isinstance(body.get("detail"), list) and body["detail"] and "code" in body["detail"][0]:
        return [(item["event"], item["code"]) for item in body["detail"] if item["code"]] or None
    if isinstance(body.get("detail"), list):
        return [".".join(map(str, item.get("loc", ()))).lower() for item in body["detail"]]
    if "errorCode" in body:
        return [(body["errorEvent"], body["errorCode"])] if body["errorCode"] else None
    return None


CASES: dict[str, Callable[[Talk], None]] = {}


def case(name: str) -> Callable[[Callable[[Talk], None]], Callable[[Talk], None]]:
    def keep(tell: Callable[[Talk], None]) -> Callable[[Talk], None]:
        CASES[name] = tell
        return tell

    return keep
