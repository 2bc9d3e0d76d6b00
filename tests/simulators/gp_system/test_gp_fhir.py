"""The record as a FHIR server: what clients that others wrote make of it, and what it refuses."""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from fhirclient.client import FHIRClient
from fhirclient.models.observation import Observation
from fhirpy import SyncFHIRClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.simulators.gp_system.gp_office import body, result
from tests.simulators.gp_system.gp_running import World
from tests.simulators.gp_system.gp_world import NUMBERS, ODS, GpSystems, letter, practice

Gp = Callable[..., GpSystems]
WHO = f"https://fhir.nhs.uk/Id/nhs-number|{NUMBERS[0]}"


@pytest.fixture
def filed(gp: Gp) -> GpSystems:
    here = gp(practice())
    here.post(letter(0), letter(1), letter(2, "did_not_attend"))
    here.at("2026-11-04T18:00", "work")
    return here


def test_fhirpy_searches_counts_and_reads(filed: GpSystems) -> None:
    client = SyncFHIRClient(f"{filed.url}/fhir/{ODS}")
    observations = client.resources("Observation")
    assert observations.count() == 3
    assert len(observations.fetch_all()) == len(observations.limit(2).fetch_all()) == 3, "page by page"
    (hers,) = observations.search(**{"patient.identifier": WHO}).fetch()
    assert client.reference("Observation", hers.id).to_resource().serialize() == hers.serialize()
    code = hers.valueCodeableConcept.coding[0].code
    same = observations.search(**{"value-concept": f"http://snomed.info/sct|{code}"})
    assert same.count() == 2, "two normal results, and one who did not attend"


def test_fhirclient_searches_and_reads(filed: GpSystems) -> None:
    client = FHIRClient(settings={"app_id": "tests", "api_base": f"{filed.url}/fhir/{ODS}"})
    found = list(Observation.where({"patient.identifier": WHO}).perform_resources_iter(client.server))
    assert [observation.status for observation in found] == ["final"]
    again = Observation.read(found[0].id, client.server)
    assert again.as_json() == found[0].as_json()


def test_every_entry_has_the_url_under_which_it_is_read(filed: GpSystems) -> None:
    for kind in ("Observation", "Patient"):
        bundle = filed.get(f"/fhir/{ODS}/{kind}")
        assert bundle["total"] == len(bundle["entry"])
        for entry in bundle["entry"]:
            assert filed.get(entry["fullUrl"].removeprefix(filed.url)) == entry["resource"]


def test_what_can_be_asked_stands_at_the_base(filed: GpSystems) -> None:
    statement = filed.get(f"/fhir/{ODS}/metadata")
    assert statement == filed.get("/metadata")
    for resource in statement["rest"][0]["resource"]:
        assert {interaction["code"] for interaction in resource["interaction"]} == {"read", "search-type"}


def test_a_parameter_nobody_knows_is_refused_or_told_of(filed: GpSystems) -> None:
    path = f"/fhir/{ODS}/Observation?combo-code=171175005"
    refused = filed.ask("GET", path)
    assert (refused.status_code, refused.json()["resourceType"]) == (400, "OperationOutcome")
    assert "combo-code" in refused.text
    filed._session.headers["Prefer"] = "handling=lenient"
    bundle = filed.get(path)
    del filed._session.headers["Prefer"]
    assert [entry["search"]["mode"] for entry in bundle["entry"]] == ["match"] * 3 + ["outcome"]
    assert "combo-code" not in bundle["link"][0]["url"], "the self link says what was searched by"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"/fhir/{ODS}/Observation/999999", 404),
        ("GET", f"/fhir/{ODS}/Observation/1/_history", 404),
        ("GET", "/fhir/nowhere/at/all/here", 404),
        ("POST", f"/fhir/{ODS}/Observation", 405),
        ("DELETE", f"/fhir/{ODS}/Observation/1", 405),
        ("GET", f"/fhir/{ODS}/Medication", 404),
    ],
)
def test_every_error_is_an_operation_outcome(filed: GpSystems, method: str, path: str, status: int) -> None:
    reply = filed.ask(method, path)
    assert (reply.status_code, reply.headers["content-type"]) == (status, "application/fhir+json")
    outcome: dict[str, Any] = reply.json()
    assert outcome["resourceType"] == "OperationOutcome"
    assert outcome["issue"][0]["diagnostics"]


REPORTS = ("attendance", "did-not-attend", "recalled-without-follow-up", "due", "seen-before-review")


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("on", ["0001-01-01", "0003-12-31", "2024-02-29", "9999-12-31"])
def test_no_day_is_too_early_or_too_late_for_a_report(filed: GpSystems, report: str, on: str) -> None:
    assert filed.get(f"/reports/{ODS}/{report}", on=on)["on"] == on


_NAMES = st.sampled_from(
    ["_count", "_after", "_id", "status", "code", "patient", "patient.identifier", "_summary"]
)
_VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.integers().map(str)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(["Observation", "Patient", "DocumentReference", "metadata", "Observation/1"]),
    query=st.dictionaries(
        _NAMES | st.text(st.characters(codec="ascii"), min_size=1, max_size=8), _VALUES, max_size=3
    ),
)
def test_whatever_is_asked_it_is_answered_in_fhir(filed: GpSystems, kind: str, query: dict[str, Any]) -> None:
    reply = filed.ask("GET", f"/fhir/{ODS}/{kind}", **query)
    assert reply.status_code in (200, 400), reply.text
    assert reply.json()["resourceType"] in (
        "Bundle",
        "OperationOutcome",
        "CapabilityStatement",
        "Observation",
    )


@pytest.mark.parametrize(
    ("keeps", "screened", "normal"), [("question", 1, 0), ("value", 0, 1), ("both", 1, 1), ("text", 0, 0)]
)
def test_a_search_finds_what_the_supplier_keeps_and_no_non_attender_among_the_screened(
    world: Callable[..., World], tmp_path: Path, keeps: str, screened: int, normal: int
) -> None:
    """The table of `pilot code-sets` says the same of a message: tests/coding/test_searches.py."""
    built_in = files("simulators.gp_system").joinpath("suppliers/emis.toml").read_text("utf-8")
    folder = tmp_path / "suppliers"
    folder.mkdir()
    (folder / "emis.toml").write_text(built_in.replace('keeps = "both"', f'keeps = "{keeps}"'), "utf-8")
    here = world(practice(supplier="emis"), suppliers=folder)
    here.office.send(body(result(0)))
    here.office.send(body(result(1, "did_not_attend")))
    here.gp.admin("collect")
    assert len(here.gp.observations()) == 2
    assert len(here.gp.observations(code="http://snomed.info/sct|268547008")) == screened
    assert len(here.gp.observations(**{"value-concept": "http://snomed.info/sct|171175005"})) == normal
