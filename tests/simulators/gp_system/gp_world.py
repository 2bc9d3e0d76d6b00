"""Practices, patients, desks and letters for the tests, and the real process to put them in."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from simulators.gp_system.outcomes import Outcome

ODS = "Z99001"
OTHER = "Z99002"
BSO_MAILBOX = "KXXOT001"
MAILBOX = "Z99001OT001"
PASSWORD = "only-for-tests-7"
KEY = "a shared key for tests"
TOKEN = "an admin token for tests"
NUMBERS = ["9990000018", "9990000026", "9990000034", "9990000042", "9990000050", "9990000069"]

OUTCOMES = [outcome.value for outcome in Outcome]


def desk(**changes: Any) -> dict[str, Any]:
    """A desk where nothing goes wrong: one coder and one clinician all day, two minutes a result."""
    two = {"low": 2.0, "mode": 2.0, "high": 2.0}
    settings = {
        "seed": 7,
        "opens_on": [1, 2, 3, 4, 5],
        "closed_on": [],
        "post_opened_at": "09:30",
        "staff": [
            {"role": "coder", "starts": "09:00", "ends": "17:00", "absence_rate": 0.0},
            {"role": "clinician", "starts": "12:00", "ends": "13:00", "absence_rate": 0.0},
        ],
        "pile_order": "first_in_first_out",
        "background_mail_per_day": 0,
        "background_minutes": two,
        "backlog_minutes": 0,
        "minutes_per_letter": two,
        "minutes_per_document": two,
        "lost_in_post_rate": 0.0,
        "never_done": False,
        "reviews_messages": True,
        "missed_rate": 0.0,
        "wrong_code_rate": 0.0,
        "wrong_person_rate": 0.0,
        "typed_twice_rate": 0.0,
        "keying_error_rate": 0.0,
        "coding_habit": {outcome: [habit(None, f"Breast screening: {outcome}")] for outcome in OUTCOMES}
        | {
            "normal": [habit("168749009", "Mammography normal")],
            "recall_for_assessment": [habit("171176006", "Breast neoplasm screening abnormal")],
            "did_not_attend": [habit("281399006", "Did not attend")],
        },
        "wrong_code_habit": {"*": [habit("171176006", "Breast neoplasm screening abnormal")]},
        "review_minutes": two,
        "clinician_review_minutes": two,
        "review_slip_rate": 0.0,
        "unmatched_minutes": {"low": 5.0, "high": 5.0},
        "rules_setup_minutes": 2,
    }
    assert not set(changes) - set(settings), "no such setting"
    return settings | changes


def habit(code: str | None, term: str, weight: float = 1.0) -> dict[str, Any]:
    return {"code": code, "term": term, "weight": weight}


def patient(place: int, surname: str = "", forename: str = "ANNA", **changes: Any) -> dict[str, Any]:
    """The patient with the n-th synthetic number."""
    return {
        "nhs_number": NUMBERS[place],
        "surname": surname or f"FEATHER{'ABCDEF'[place]}",
        "forename": forename,
        "title": "MS",
        "date_of_birth": f"1965-05-0{place + 1}",
        "registered_from": "2001-04-01",
        "registered_to": None,
        "died_on": None,
    } | changes


def practice(ods: str = ODS, **changes: Any) -> dict[str, Any]:
    """A ready EMIS-like practice with six patients."""
    return {
        "ods": ods,
        "local_number": 101,
        "name": "Feathering Surgery",
        "supplier": "emis",
        "list_size": 9000,
        "address": ["1 THE STREET"],
        "patients": [patient(place) for place in range(6)],
        "mailbox_id": f"{ods}OT001",
        "mailbox_password": PASSWORD,
        "ready": True,
        "rules": ["normal", "did_not_attend"],
        "desk": desk(),
    } | changes


HEADLINES = {
    "normal": ["SCREENED - ROUTINE RECALL", "     Screened on: 19-Oct-2026"],
    "recall_for_assessment": [
        "SCREENED - WILL BE INVITED FOR FURTHER ATTENT",
        "   Mammography on: 19-Oct-2026",
    ],
    "did_not_attend": ["NOT SCREENED", "     Because :", "              DNA any screening session"],
}


def letter(place: int, outcome: str = "normal", **changes: Any) -> dict[str, Any]:
    """A print about the n-th patient, as the office posts it on 2 November 2026."""
    who = patient(place)
    number = who["nhs_number"]
    lines = [
        "NHS BREAST SCREENING PROGRAMME                                        KELDERBY",
        "",
        f"{who['surname']}, {who['forename']}, MS",
        "",
        f"Screening Number: KXX00000{place}                Date of Birth: 0{place + 1}-May-1965",
        f"      NHS Number: {number[:3]} {number[3:6]} {number[6:]}                       Age: 61",
        "         Address: 1 THE STREET",
        "_" * 80,
        *HEADLINES[outcome],
    ]
    return {
        "practice": ODS,
        "emitted_on": "2026-11-02",
        "file": "SIL-KXX-20261102-101.pdf",
        "page": 1 + place // 2,
        "record": 1 + place % 2,
        "lines": lines,
        "arrives_on": "2026-11-03",
    } | changes


class GpSystems:
    """The GP systems (or MESH) seen through HTTP."""

    def __init__(self, url: str, session: requests.Session) -> None:
        self.url = url
        self._session = session

    def ask(self, method: str, path: str, body: bytes | None = None, /, **query: Any) -> requests.Response:
        return self._session.request(method, self.url + path, params=query, data=body, timeout=30)

    def get(self, path: str, /, **query: Any) -> Any:
        return self._well(self.ask("GET", path, **query))

    def admin(self, verb: str, body: Any = None) -> Any:
        return self._well(
            self.ask("POST", f"/admin/{verb}", json.dumps({} if body is None else body).encode())
        )

    def post(self, *letters: dict[str, Any]) -> Any:
        lines = "\n".join(json.dumps(each) for each in letters)
        return self._well(self.ask("POST", "/admin/post", lines.encode()))

    def clock(self, now: str) -> None:
        self.admin("clock", {"now": f"{now}:00+00:00"})

    def at(self, now: str, *verbs: str) -> None:
        """Set the clock and let the practices act."""
        self.clock(now)
        for verb in verbs:
            self.admin(verb)

    def observations(self, ods: str = ODS, **query: str) -> list[dict[str, Any]]:
        bundle = self.get(f"/fhir/{ods}/Observation", **query)
        return [entry["resource"] for entry in bundle.get("entry", [])]

    def counts(self, ods: str = ODS) -> dict[str, Any]:
        counts: dict[str, Any] = self.get("/admin/counts")["practices"][ods]
        return counts

    @staticmethod
    def _well(reply: requests.Response) -> Any:
        assert reply.status_code == 200, reply.text
        return reply.json()


@contextmanager
def session() -> Iterator[requests.Session]:
    """With the admin token, and without the environment's proxies."""
    with requests.Session() as made:
        made.trust_env = False
        made.headers["X-Admin-Token"] = TOKEN
        yield made


@contextmanager
def started(module: str, *options: str) -> Iterator[tuple[subprocess.Popen[str], GpSystems]]:
    """`python -m simulators.<module>` on any free port, in a process of its own."""
    command = [sys.executable, "-m", f"simulators.{module}", "--port", "0", *options]
    env = os.environ | {"MESH_SHARED_KEY": KEY, "SIMULATOR_ADMIN_TOKEN": TOKEN}
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as process,
        session() as client,
    ):
        assert process.stdout
        try:
            yield process, GpSystems(json.loads(process.stdout.readline())["url"], client)
        finally:
            client.close()
            process.terminate()


def write_lines(path: Path, lines: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


def mesh_options(folder: Path, *mailboxes: str) -> list[str]:
    """MESH with the office's mailbox and the practices', and the workflows between them."""
    every = [
        {"mailbox_id": box, "mailbox_name": box, "password": PASSWORD} for box in (BSO_MAILBOX, *mailboxes)
    ]
    of_the_office = {"billing_entity": "England", "ods_code": "KXX", "org_code": "KXX"}
    receives = {"senders": [BSO_MAILBOX], "receivers": list(mailboxes)}
    workflows: list[dict[str, Any]] = [
        {"workflow_id": "BREAST_SCREENING_RESULT"} | receives,
        {"workflow_id": "BREAST_SCREENING_RESULT_PDF"} | receives,
        {"workflow_id": "GPCONNECT_SEND_DOCUMENT"} | receives,
        {"workflow_id": "PATHOLOGY_RESULT"} | receives,
        *(
            {"workflow_id": answers, "senders": list(mailboxes), "receivers": [BSO_MAILBOX]}
            for answers in ("BREAST_SCREENING_RESULT_ACK", "GPCONNECT_SEND_DOCUMENT_ACK")
        ),
    ]
    boxes = write_lines(folder / "mailboxes.jsonl", [box | of_the_office for box in every])
    flows = write_lines(folder / "workflows.jsonl", workflows)
    return ["--db", str(folder / "mesh.sqlite"), "--mailboxes", str(boxes), "--workflows", str(flows)]
