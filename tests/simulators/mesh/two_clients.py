"""Two MESH clients for one job: to send two messages and to collect them. One is careless, one careful."""

import hashlib
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from tests.simulators.mesh.mesh_server import RECIPIENT, SENDER, V2, WORKFLOW, token

TEXTS = {"1": b"the first result " * 60, "2": b"the second result " * 60}


@dataclass
class Careless:
    """Believes whatever it is told, and tries once; where nobody answers it sends again, blindly."""

    url: str
    verify: Any = False
    patience: float = 10.0  # seconds; a busy machine is no fault of MESH's
    kept: list[bytes] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False

    def ask(self, mailbox: str, method: str, path: str, **keywords: Any) -> requests.Response:
        headers = {"Authorization": token(mailbox), "Accept": V2} | keywords.pop("headers", {})
        url = f"{self.url}/messageexchange/{mailbox}{path}"
        reply = self._session.request(
            method, url, headers=headers, timeout=self.patience, verify=self.verify, **keywords
        )
        reply.raise_for_status()
        return reply

    def send(self) -> None:
        for local_id, text in TEXTS.items():
            for _ in range(2):
                try:
                    headers = {"Mex-To": RECIPIENT, "Mex-WorkflowID": WORKFLOW}
                    self.ask(SENDER, "POST", "/outbox", headers=headers, data=text).json()
                    break
                except requests.ConnectionError:
                    continue
            else:
                self.lost.append(local_id)

    def collect(self) -> None:
        for message_id in self.ask(RECIPIENT, "GET", "/inbox").json()["messages"]:
            self.kept.append(self.ask(RECIPIENT, "GET", f"/inbox/{message_id}").content)
            self.ask(RECIPIENT, "PUT", f"/inbox/{message_id}/status/acknowledged")

    def look_back(self) -> None:
        """What came back to the sender: it takes each for another failure."""
        for message_id in self.ask(SENDER, "GET", "/inbox").json()["messages"]:
            report = self.ask(SENDER, "GET", f"/inbox/{message_id}")
            self.lost.append(report.headers.get("mex-localid", ""))
            self.ask(SENDER, "PUT", f"/inbox/{message_id}/status/acknowledged")

    def find(self, ods: str) -> str | None:
        reply = self._session.get(
            f"{self.url}/messageexchange/endpointlookup/{ods}/{WORKFLOW}", timeout=self.patience
        )
        return str(reply.json()["results"][0]["address"])


@dataclass
class Careful(Careless):
    """Asks again with a new token, asks after what it sent before it sends it again, and keeps each message once."""

    _skew: float = 0.0
    _known: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    _sent: dict[str, str] = field(default_factory=dict)

    def ask(self, mailbox: str, method: str, path: str, **keywords: Any) -> requests.Response:
        """Again and more patiently, until there is an answer in MESH's shape. 404 is an answer where `missing`."""
        missing = keywords.pop("missing", False)
        given = keywords.pop("headers", {})
        for attempt in range(9):
            minute = time.strftime("%Y%m%d%H%M", time.gmtime(time.time() + self._skew))
            headers = {"Authorization": token(mailbox, timestamp=minute), "Accept": V2} | given
            url = f"{self.url}/messageexchange/{mailbox}{path}"
            try:
                reply = self._session.request(
                    method,
                    url,
                    headers=headers,
                    timeout=self.patience * 1.5**attempt,
                    verify=self.verify,
                    **keywords,
                )
            except requests.exceptions.SSLError:
                raise
            except requests.RequestException:
                time.sleep(0.05)
                continue
            if reply.status_code == 403 and "date" in reply.headers:  # our clock, or theirs, is off
                self._skew = parsedate_to_datetime(reply.headers["date"]).timestamp() - time.time()
            if (reply.ok and _as_mesh_has_it(reply)) or (missing and reply.status_code == 404):
                return reply
            time.sleep(0.02)
        raise requests.ConnectionError(f"{method} {path}: no answer that means anything")

    def send(self) -> None:
        for local_id, text in TEXTS.items():
            headers = {"Mex-To": RECIPIENT, "Mex-WorkflowID": WORKFLOW, "Mex-LocalID": local_id}
            headers["Mex-Content-Checksum"] = f"md5 {hashlib.md5(text).hexdigest()}"
            reply = self.ask(SENDER, "POST", "/outbox", headers=headers, data=text)
            self._sent[local_id] = reply.json()["message_id"]

    def collect(self) -> None:
        for message_id in self.ask(RECIPIENT, "GET", "/inbox").json()["messages"]:
            for _ in range(5):
                reply = self.ask(RECIPIENT, "GET", f"/inbox/{message_id}")
                said = reply.headers.get("mex-content-checksum", "")
                if said == f"md5 {hashlib.md5(reply.content).hexdigest()}":
                    break
            local_id = reply.headers["mex-localid"]
            self._known.setdefault(local_id, (int(local_id), reply.content))
            self.kept = [text for _, text in sorted(self._known.values())]
            self.ask(RECIPIENT, "PUT", f"/inbox/{message_id}/status/acknowledged")

    def look_back(self) -> None:
        """Reports by the message they name; and whatever was sent and not acknowledged in all that time."""
        unsure = set()
        for message_id in self.ask(SENDER, "GET", "/inbox").json()["messages"]:
            report = self.ask(SENDER, "GET", f"/inbox/{message_id}")
            unsure.add(report.headers["mex-localid"])
            self.ask(SENDER, "PUT", f"/inbox/{message_id}/status/acknowledged")
        for local_id, message_id in self._sent.items():
            told = self.ask(SENDER, "GET", f"/outbox/tracking?messageID={message_id}", missing=True)
            if told.status_code == 404 or told.json()["status"] != "acknowledged":
                unsure.add(local_id)
        self.lost = sorted(unsure)

    def find(self, ods: str) -> str | None:
        """Only what our own directory has, too."""
        results = self._session.get(
            f"{self.url}/messageexchange/endpointlookup/{ods}/{WORKFLOW}", timeout=self.patience
        ).json()
        found = [each["address"] for each in results["results"]]
        return RECIPIENT if found == [RECIPIENT] else None


def _as_mesh_has_it(reply: requests.Response) -> bool:
    if reply.request.method == "PUT" or reply.headers.get("mex-messagetype"):
        return True
    try:
        return isinstance(reply.json(), dict)
    except ValueError:
        return False
