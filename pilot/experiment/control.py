"""The simulators' control planes: clock, collection, post, work. Only the engine turns these."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
import requests

TIMEOUT_SECONDS = 120


class Control:
    """One simulator's `/admin` routes. A refusal is a bug of ours, so it keeps its traceback."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["X-Admin-Token"] = token

    def close(self) -> None:
        self._session.close()

    def set_clock(self, now: datetime) -> None:
        """Set the clock. One that is later already stays: a day lived again after a kill finds it so."""
        response = self._session.post(
            f"{self._url}/admin/clock", json={"now": now.isoformat()}, timeout=TIMEOUT_SECONDS
        )
        if response.status_code != requests.codes.conflict:
            response.raise_for_status()

    def counts(self) -> dict[str, Any]:
        response = self._session.get(f"{self._url}/admin/counts", timeout=TIMEOUT_SECONDS)
        response.raise_for_status()
        counts: dict[str, Any] = response.json()
        return counts

    def has_result(self, practice: str, nhs_number: str, screening_number: str) -> bool:
        """What somebody at the practice says who is rung and looks into the record."""
        response = self._session.get(
            f"{self._url}/fhir/{practice}/Observation",
            params={"patient.identifier": f"https://fhir.nhs.uk/Id/nhs-number|{nhs_number}"},
            timeout=TIMEOUT_SECONDS,
        )
        if response.status_code == requests.codes.not_found:
            return False
        response.raise_for_status()
        entries = response.json().get("entry", [])
        return any(
            identifier["value"] == screening_number
            for entry in entries
            for identifier in entry["resource"].get("identifier", [])
        )

    def sent_back(self) -> list[dict[str, Any]]:
        """Letters that practices opened and found nobody for: `practice`, `source`, `lines`, `at`."""
        response = self._session.get(f"{self._url}/admin/sent-back", timeout=TIMEOUT_SECONDS)
        response.raise_for_status()
        letters: list[dict[str, Any]] = response.json()["letters"]
        return letters

    def set_faults(self, faults: list[dict[str, Any]]) -> None:
        self._post("/admin/faults", faults)

    def collect(self) -> None:
        """Every practice that is due polls MESH, files and acknowledges."""
        self._post("/admin/collect", {})

    def work(self) -> None:
        """The desks work up to the clock."""
        self._post("/admin/work", {})

    def post(self, letters: Iterable[dict[str, Any]]) -> None:
        """Letters on their way to practices, one JSON object a line."""
        body = b"\n".join(msgspec.json.encode(letter) for letter in letters)
        if body:
            response = self._session.post(
                f"{self._url}/admin/post",
                data=body,
                headers={"Content-Type": "application/x-ndjson"},
                timeout=TIMEOUT_SECONDS,
            )
            response.raise_for_status()

    def reconcile(self, practice: str, screening_numbers: Iterable[str]) -> dict[str, list[str]]:
        """How the practice's staff answer a reconciliation page."""
        page = {"practice": practice, "screening_numbers": list(screening_numbers)}
        response = self._session.post(f"{self._url}/admin/reconcile", json=page, timeout=TIMEOUT_SECONDS)
        response.raise_for_status()
        said: dict[str, list[str]] = response.json()
        return said

    def _post(self, path: str, body: dict[str, Any] | list[dict[str, Any]]) -> None:
        response = self._session.post(f"{self._url}{path}", json=body, timeout=TIMEOUT_SECONDS)
        response.raise_for_status()
