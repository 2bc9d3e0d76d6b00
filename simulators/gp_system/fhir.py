"""The record as FHIR searches: what an outside auditor needs to count a run again."""

from base64 import b64encode
from typing import Any, Final
from urllib.parse import urlencode

from simulators.gp_system.bundle import INTERPRETATION, NHS_NUMBER, SCREENING_NUMBER
from simulators.gp_system.codes import SNOMED_CT
from simulators.gp_system.errors import RequestError
from simulators.gp_system.record import FINAL
from simulators.gp_system.store import Row, Store

ENTERED_BY: Final = "https://breast-screening-results-pilot.example/fhir/CodeSystem/entered-by"
VISIBLE: Final = "https://breast-screening-results-pilot.example/fhir/StructureDefinition/visible-to-patient"
DEFAULT_COUNT: Final = 100
MAX_COUNT: Final = 5000


def search_observations(
    store: Store, base: str, ods: str, patient: str | None, status: str, count: int, after: int
) -> dict[str, Any]:
    """One page of a practice's entries in the order of entry, of one patient (`system|number`) or of all.

    `status`: `final`, or `preliminary` for what is on the record and awaits review (some suppliers only).
    """
    known_practice(store, ods)
    where, values = "practice = ? AND status = ? AND id > ?", [ods, status, after]
    if patient is not None:
        where, values = where + " AND nhs_number = ?", [*values, nhs_number_of(patient)]
    rows = store.rows(f"SELECT * FROM entries WHERE {where} ORDER BY id LIMIT ?", [*values, count + 1])  # noqa: S608
    query: dict[str, Any] = {"_count": count} | ({"patient.identifier": patient} if patient else {})
    query |= {} if status == FINAL else {"status": status}
    url = f"{base}/fhir/{ods}/Observation"
    page = rows[:count]
    following = {**query, "_after": page[-1]["id"]} if len(rows) > count else None
    return _searchset(url, query, following, [_observation(row) for row in page])


def search_patients(
    store: Store, base: str, ods: str, identifier: str | None, count: int, after: str
) -> dict[str, Any]:
    """One page of a practice's patients by NHS number, or the one with this identifier."""
    known_practice(store, ods)
    where, values = "practice = ? AND nhs_number > ?", [ods, after]
    if identifier is not None:
        where, values = where + " AND nhs_number = ?", [*values, nhs_number_of(identifier)]
    sql = f"SELECT * FROM patients WHERE {where} ORDER BY nhs_number LIMIT ?"  # noqa: S608
    rows = store.rows(sql, [*values, count + 1])
    query: dict[str, Any] = {"_count": count} | ({"identifier": identifier} if identifier else {})
    page = rows[:count]
    following = {**query, "_after": page[-1]["nhs_number"]} if len(rows) > count else None
    return _searchset(f"{base}/fhir/{ods}/Patient", query, following, [_patient(row) for row in page])


def search_documents(
    store: Store, base: str, ods: str, patient: str, count: int, after: int
) -> dict[str, Any]:
    """One page of the prints and letters filed for a patient (`system|number`)."""
    known_practice(store, ods)
    rows = store.rows(
        "SELECT * FROM documents WHERE practice = ? AND nhs_number = ? AND id > ? ORDER BY id LIMIT ?",
        (ods, nhs_number_of(patient), after, count + 1),
    )
    query: dict[str, Any] = {"_count": count, "patient.identifier": patient}
    page = rows[:count]
    following = {**query, "_after": page[-1]["id"]} if len(rows) > count else None
    url = f"{base}/fhir/{ods}/DocumentReference"
    return _searchset(url, query, following, [_document(row) for row in page])


def nhs_number_of(token: str) -> str:
    """The number in `https://fhir.nhs.uk/Id/nhs-number|9990000018`, or alone. Raises RequestError (400)."""
    system, bar, number = token.rpartition("|")
    if bar and system not in ("", NHS_NUMBER):
        raise RequestError(400, f"patients are identified by {NHS_NUMBER} only")
    return number


def capability_statement() -> dict[str, Any]:
    """What can be asked."""
    resources = [
        _resource("Observation", "patient.identifier"),
        _resource("Patient", "identifier"),
        _resource("DocumentReference", "patient.identifier"),
    ]
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-11-24",
        "kind": "instance",
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "software": {"name": "Simulated GP systems of a breast screening results pilot"},
        "rest": [{"mode": "server", "resource": resources}],
    }


def operation_outcome(message: str) -> dict[str, Any]:
    issue = {"severity": "error", "code": "invalid", "diagnostics": message}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def _resource(kind: str, parameter: str) -> dict[str, Any]:
    search = [{"name": parameter, "type": "token"}, {"name": "_count", "type": "number"}]
    return {"type": kind, "interaction": [{"code": "search-type"}], "searchParam": search}


def known_practice(store: Store, ods: str) -> None:
    if store.row("SELECT 1 FROM practices WHERE ods = ?", (ods,)) is None:
        raise RequestError(404, f"no practice {ods} here: GET /practices lists them")


def _searchset(
    url: str, query: dict[str, Any], following: dict[str, Any] | None, resources: list[dict[str, Any]]
) -> dict[str, Any]:
    links = [{"relation": "self", "url": f"{url}?{urlencode(query)}"}]
    if following is not None:
        links.append({"relation": "next", "url": f"{url}?{urlencode(following)}"})
    entries = [{"resource": resource, "search": {"mode": "match"}} for resource in resources]
    return {"resourceType": "Bundle", "type": "searchset", "link": links, "entry": entries}


def _observation(row: Row) -> dict[str, Any]:
    """What was kept: the question under `code`, or words where none was; what was found under `value`."""
    value = _concept(row["code"], row["term"], row["text"])
    observation: dict[str, Any] = {
        "resourceType": "Observation",
        "id": str(row["id"]),
        "meta": {"source": row["source"], "tag": [{"system": ENTERED_BY, "code": row["entered_by"]}]},
        "status": row["status"],
        "code": _concept(row["question"], row["question_term"], "Breast screening"),
        "subject": {"identifier": {"system": NHS_NUMBER, "value": row["nhs_number"]}},
        "issued": row["issued"],
    }
    if value:
        observation["valueCodeableConcept"] = value
    if row["interpretation"]:
        flag = {"system": INTERPRETATION, "code": row["interpretation"]}
        observation["interpretation"] = [{"coding": [flag]}]
    if row["screening_number"]:
        observation["identifier"] = [{"system": SCREENING_NUMBER, "value": row["screening_number"]}]
    if row["visible_at"] is not None:
        observation["extension"] = [{"url": VISIBLE, "valueDateTime": row["visible_at"]}]
    if row["effective"] is not None:
        observation["effectiveDateTime"] = row["effective"]
    return observation


def _concept(code: str | None, term: str, text: str) -> dict[str, Any]:
    concept: dict[str, Any] = {}
    if code is not None:
        coding = {"system": SNOMED_CT, "code": code}
        concept["coding"] = [coding | ({"display": term} if term else {})]
    return concept | ({"text": text} if text else {})


def _document(row: Row) -> dict[str, Any]:
    data = b64encode(row["data"]).decode()
    return {
        "resourceType": "DocumentReference",
        "id": str(row["id"]),
        "meta": {"source": row["source"]},
        "status": "current",
        "subject": {"identifier": {"system": NHS_NUMBER, "value": row["nhs_number"]}},
        "date": row["kept_at"],
        "content": [{"attachment": {"contentType": row["content_type"], "data": data}}],
    }


def _patient(row: Row) -> dict[str, Any]:
    name = {"use": "official", "family": row["surname"], "given": [row["forename"]]}
    if row["title"]:
        name["prefix"] = [row["title"]]
    patient = {
        "resourceType": "Patient",
        "id": row["nhs_number"],
        "identifier": [{"system": NHS_NUMBER, "value": row["nhs_number"]}],
        "active": row["registered_to"] is None,
        "name": [name],
        "birthDate": row["date_of_birth"],
    }
    if row["died_on"] is not None:
        patient["deceasedDateTime"] = row["died_on"]
    return patient
