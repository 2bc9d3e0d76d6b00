"""The record is read whole over HTTP: every practice, every page, and the desks' time sheets."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pilot.errors import FileError
from pilot.measures import read_record
from pilot.measures.record import entry_from

TOKEN = "a token of the test"
PRACTICES = [
    {"ods": "Z90001", "name": "Feathering Surgery", "supplier": "emis", "list_size": 9000, "patients": 12},
    {"ods": "Z90002", "name": "Tarn Road Practice", "supplier": "systmone", "list_size": 4000, "patients": 8},
]
COUNTS = {
    "practices": {
        "Z90001": {
            "minutes": {"letters": 12.5, "review": 2.0, "unmatched": 5.0, "rules": 2.0},
        },
        "Z90002": {"minutes": {"letters": 7.5}},
    }
}

LYING = {
    **{
        "practice": "Z90001",
        "kind": "letters",
        "role": "coder",
        "where": "on_the_desk",
        "source": "post:a.pdf#1/2",
    },
    **{"message_id": None, "screening_number": "KXX000009", "arrived": "2026-11-04T09:30:00+00:00"},
}


WORKED = {
    "practice": "Z90001",
    "kind": "letters",
    "minutes": 2.5,
    "at": "2026-11-04T10:00:00+00:00",
    "screening_number": "KXX000009",
}


def observation(number: int, **other: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "identifier": [
            {"system": "https://example.org/other", "value": "x"},
            {
                "system": "https://breast-screening-results-pilot.example/fhir/Id/screening-number",
                "value": f"KXX{number:06}",
            },
        ],
        "subject": {
            "identifier": {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": f"999{number:07}"}
        },
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "268547008"}]},
        "valueCodeableConcept": {
            "coding": [{"system": "http://snomed.info/sct", "code": "171175005", "display": "Normal"}],
            "text": "Breast screening: normal",
        },
        "effectiveDateTime": "2026-10-26",
        "issued": "2026-11-05T11:00:00+00:00",
        "meta": {
            "source": "mesh:1",
            "tag": [
                {"system": "https://example.org/x", "code": "y"},
                {
                    "system": "https://breast-screening-results-pilot.example/fhir/CodeSystem/entered-by",
                    "code": "rule:file-normal",
                },
            ],
        },
    } | other


OBSERVATIONS = {"Z90001": [observation(n) for n in range(1203)], "Z90002": [observation(5000)]}


class Practices(BaseHTTPRequestHandler):
    """As much of a GP system as is read: pages by number, the next one as a relative or a full address."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = parse_qs(url.query)
        if url.path == "/practices":
            return self.answer(PRACTICES)
        if url.path == "/admin/counts":
            allowed = self.headers.get("X-Admin-Token") == TOKEN
            return self.answer(COUNTS) if allowed else self.answer({"error": "no"}, 401)
        if url.path == "/admin/open":
            return self.answer({"open": [LYING]})
        if url.path == "/admin/worked":
            return self.answer({"worked": [WORKED]})
        ods = url.path.split("/")[2]
        size, page = int(query["_count"][0]), int(query.get("page", ["0"])[0])
        rows = OBSERVATIONS[ods]
        links = [{"relation": "self", "url": self.path}]
        if (page + 1) * size < len(rows):
            following = f"/fhir/{ods}/Observation?_count={size}&page={page + 1}"
            host = f"http://{self.headers['Host']}" if page else ""
            links.append({"relation": "next", "url": host + following})
        entries = [{"resource": row} for row in rows[page * size : (page + 1) * size]]
        return self.answer({"resourceType": "Bundle", "type": "searchset", "link": links, "entry": entries})

    def answer(self, body: Any, status: int = 200) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def gp_url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Practices) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_every_page_of_every_practice_is_read_once_and_in_order(gp_url):
    record = read_record(gp_url, TOKEN)
    numbers = [entry.screening_number for entry in record.entries]
    assert numbers == [f"KXX{n:06}" for n in [*range(1203), 5000]]
    assert {entry.practice for entry in record.entries} == {"Z90001", "Z90002"}


def test_what_lies_open_at_the_practices_is_read_too(gp_url):
    record = read_record(gp_url, TOKEN)
    (lying,), (work,) = record.lying, record.worked
    assert (work.kind, work.minutes, work.screening_number) == ("letters", 2.5, "KXX000009")
    assert (lying.practice, lying.where, lying.screening_number) == ("Z90001", "on_the_desk", "KXX000009")
    assert lying.will_be_worked


def test_practices_come_with_their_desks_time_sheets(gp_url):
    record = read_record(gp_url, TOKEN)
    first, second = record.practices
    assert (first.name, first.supplier, first.list_size) == ("Feathering Surgery", "emis", 9000)
    assert second.minutes == {"letters": 7.5}
    assert record.minutes("letters") == 20.0
    assert record.minutes("rules") == 2.0
    assert record.letters_open == 1


def test_a_proxy_meant_for_the_outside_world_is_not_asked(gp_url, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    assert len(read_record(gp_url, TOKEN).entries) == 1204


def test_a_wrong_token_is_told_with_what_to_do(gp_url):
    with pytest.raises(FileError, match=r"cannot be read \(HTTPError\): .*/admin/counts\. See that"):
        read_record(gp_url, "another token")


def test_a_gp_system_that_is_not_there_is_told_with_what_to_do():
    with pytest.raises(FileError, match=r"cannot be read \(ConnectionError\)"):
        read_record("http://127.0.0.1:9", TOKEN)


def test_an_entry_keeps_what_measures_ask_for():
    entry = entry_from(observation(7), "Z90001")
    assert entry.screening_number == "KXX000007"
    assert entry.nhs_number == "9990000007"
    assert entry.code == "171175005"
    assert entry.issued.isoformat() == "2026-11-05T11:00:00+00:00"
    assert entry.seen_on
    assert entry.seen_on.isoformat() == "2026-10-26"
    assert (entry.source, entry.entered_by) == ("mesh:1", "rule:file-normal")


@pytest.mark.parametrize(
    "value",
    [
        {"text": "recalled"},
        {"text": "recalled", "coding": []},
        {"text": "recalled", "coding": [{"code": "1"}]},
    ],
)
def test_an_entry_without_a_snomed_code_is_text_alone(value):
    entry = entry_from(
        observation(7, valueCodeableConcept=value, code={"text": "Breast screening"}), "Z90001"
    )
    assert (entry.code, entry.text) == (None, "recalled")


def test_a_question_that_is_kept_finds_it_too():
    assert entry_from(observation(7), "Z90001").codes == ("171175005", "268547008")


def test_an_entry_may_lack_screening_number_and_date():
    plain = observation(7, identifier=[])
    del plain["effectiveDateTime"]
    entry = entry_from(plain, "Z90001")
    assert entry.screening_number is None
    assert entry.seen_on is None
