"""The record as FHIR searches: what an outside auditor needs to count a run again."""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from simulators.gp_system.errors import RequestError
from simulators.gp_system.outcomes import SNOMED_CT
from simulators.gp_system.receiving.payload import NHS_NUMBER, SCREENING_NUMBER
from simulators.gp_system.receiving.result_message import INTERPRETATION
from simulators.gp_system.record.record import FINAL, IN_ERROR, PRELIMINARY
from simulators.gp_system.store import Row, Store

ENTERED_BY: Final = "https://breast-screening-results-pilot.example/fhir/CodeSystem/entered-by"
VISIBLE: Final = "https://breast-screening-results-pilot.example/fhir/StructureDefinition/visible-to-patient"
DEFAULT_COUNT: Final = 100
MAX_COUNT: Final = 5000
# What a search may ask beside its own parameters: paging, and what clients send to be told the number.
_COMMON: Final = frozenset({"_count", "_after", "_format", "_total", "_totalMethod", "_summary"})
_MAX_ID: Final = 2**62


@dataclass(frozen=True, slots=True)
class Searchable:
    """A resource type that can be searched: where it is kept, in which order, and by what it is found.

    `parameters`: each FHIR parameter with its column and the system its tokens are of.
    """

    table: str
    key: str
    parameters: Mapping[str, tuple[str, str]]
    render: Callable[[Row], dict[str, Any]]


def searchables() -> Mapping[str, Searchable]:
    """By resource type."""
    number = ("nhs_number", NHS_NUMBER)
    patient = dict.fromkeys(("patient.identifier", "subject.identifier", "patient", "subject"), number)
    return {
        "Observation": Searchable(
            "entries",
            "id",
            patient
            | {
                "code": ("question", SNOMED_CT),
                "value-concept": ("code", SNOMED_CT),
                "identifier": ("screening_number", SCREENING_NUMBER),
                "status": ("status", ""),
            },
            _observation,
        ),
        "Patient": Searchable("patients", "nhs_number", {"identifier": number}, _patient),
        "DocumentReference": Searchable("documents", "id", patient, _document),
    }


def search(
    store: Store, base: str, ods: str, kind: str, asked: Sequence[tuple[str, str]], lenient: bool
) -> dict[str, Any]:
    """One page of a practice's resources of a type, in the order in which they were kept, as a searchset Bundle.

    Observations are the `final` ones unless `status` asks for the `preliminary`, which await review. A parameter
    that is not known is refused, or told of in the Bundle where `lenient`. Raises RequestError.
    """
    known_practice(store, ods)
    type_, query = searchables()[kind], _query(kind, asked)
    if query.unknown and not lenient:
        can = ", ".join([*type_.parameters, "_id", "_count"])
        raise RequestError(400, f"{kind} is not searched by {', '.join(query.unknown)}: by {can}")
    where = ["practice = ?", "nhs_number IS NOT NULL", *(f"{column} = ?" for column, _ in query.matches)]
    values = [ods, *(value for _, value in query.matches)]
    total = _count(store, type_, where, values)
    rows = _page(store, type_, where, values, query.after, query.count + 1) if query.count else []
    url, page = f"{base}/fhir/{ods}/{kind}", rows[: query.count]
    said = [*query.used, ("_count", str(query.count))]
    links = [_link("self", url, said)]
    if len(rows) > query.count > 0:
        links.append(_link("next", url, [*said, ("_after", str(page[-1][type_.key]))]))
    entries = [_entry(url, type_.render(row)) for row in page]
    if query.unknown:
        told = operation_outcome(400, f"passed over: {', '.join(query.unknown)}", "warning")
        entries.append({"resource": told, "search": {"mode": "outcome"}})
    bundle = {"resourceType": "Bundle", "type": "searchset", "total": total, "link": links}
    return bundle | ({"entry": entries} if entries else {})


@dataclass
class _Query:
    """What a search asks: `matches` by column, `used` as the self link repeats it."""

    matches: list[tuple[str, str]] = field(default_factory=list)
    used: list[tuple[str, str]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    count: int = DEFAULT_COUNT
    after: str = ""


def _query(kind: str, asked: Sequence[tuple[str, str]]) -> _Query:
    type_, query = searchables()[kind], _Query()
    parameters = {**type_.parameters, "_id": (type_.key, "")}
    for name, value in asked:
        if name == "_count":
            query.count = whole_number(name, value, 0, MAX_COUNT)
        elif name == "_after":
            query.after = value if type_.key != "id" else str(whole_number(name, value, 0, _MAX_ID))
        elif name in parameters:
            column, system = parameters[name]
            query.matches.append((column, _token(name, value, system)))
            query.used.append((name, value))
        elif name not in _COMMON:
            query.unknown.append(name)
    if ("_summary", "count") in asked:
        query.count = 0
    if kind == "DocumentReference" and not query.matches:
        raise RequestError(400, "documents are searched by patient.identifier or _id")
    if kind == "Observation":
        _check_status(query)
    return query


def _check_status(query: _Query) -> None:
    """Only what somebody has reviewed, unless it asks for the rest by name."""
    asked = [value for column, value in query.matches if column == "status"]
    if not set(asked) <= {FINAL, PRELIMINARY, IN_ERROR}:
        raise RequestError(400, f"status must be {FINAL}, {PRELIMINARY} or {IN_ERROR}")
    if not asked:
        query.matches.append(("status", FINAL))


def read(store: Store, ods: str, kind: str, id_: str) -> dict[str, Any]:
    """One resource by its id. Raises RequestError (404)."""
    known_practice(store, ods)
    type_ = searchables()[kind]
    where, values = ["practice = ?", "nhs_number IS NOT NULL", f"{type_.key} = ?"], [ods, id_]
    rows = _page(store, type_, where, values, "", 1)
    if not rows:
        raise RequestError(404, f"no {kind} {id_} at {ods}")
    return type_.render(rows[0])


def _page(
    store: Store, type_: Searchable, where: list[str], values: list[str], after: str, count: int
) -> Sequence[Row]:
    if after:
        where, values = [*where, f"{type_.key} > CAST(? AS {_kind(type_)})"], [*values, after]
    # Table, key and columns are of the constant table above, values are bound.
    sql = f"SELECT * FROM {type_.table} WHERE {' AND '.join(where)} ORDER BY {type_.key} LIMIT ?"  # noqa: S608
    return store.rows(sql, [*values, count])


def _count(store: Store, type_: Searchable, where: list[str], values: list[str]) -> int:
    row = store.row(f"SELECT count(*) AS n FROM {type_.table} WHERE {' AND '.join(where)}", values)  # noqa: S608
    return int(row["n"]) if row else 0


def _kind(type_: Searchable) -> str:
    return "INTEGER" if type_.key == "id" else "TEXT"


def _link(relation: str, url: str, query: list[tuple[str, str]]) -> dict[str, str]:
    return {"relation": relation, "url": f"{url}?{urlencode(query)}"}


def _entry(url: str, resource: dict[str, Any]) -> dict[str, Any]:
    return {"fullUrl": f"{url}/{resource['id']}", "resource": resource, "search": {"mode": "match"}}


def _token(name: str, value: str, system: str) -> str:
    """The code in `system|code`, alone, or after `Patient/`. Raises RequestError (400)."""
    given, bar, code = value.rpartition("|")
    if bar and given not in ("", system):
        raise RequestError(400, f"{name} is of {system or 'no system'} only")
    return code.removeprefix("Patient/")


def whole_number(name: str, text: str, low: int, high: int) -> int:
    """Raises RequestError (400)."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 20 and low <= int(text) <= high):
        raise RequestError(400, f"{name} must be a whole number from {low} to {high}")
    return int(text)


def capability_statement() -> dict[str, Any]:
    """What can be asked."""
    resources = [_resource(kind, searchable) for kind, searchable in searchables().items()]
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


_ISSUES: Final = {400: "invalid", 403: "forbidden", 404: "not-found", 405: "not-supported", 409: "conflict"}


def operation_outcome(status: int, message: str, severity: str = "error") -> dict[str, Any]:
    """What FHIR answers with where something went wrong."""
    issue = {"severity": severity, "code": _ISSUES.get(status, "processing"), "diagnostics": message}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def _resource(kind: str, searchable: Searchable) -> dict[str, Any]:
    search = [{"name": name, "type": "token"} for name in searchable.parameters if "." not in name]
    search.append({"name": "_id", "type": "token"})
    return {
        "type": kind,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "searchParam": search,
    }


def known_practice(store: Store, ods: str) -> None:
    """Raises RequestError (404) where no such practice is here."""
    if store.row("SELECT 1 FROM practices WHERE ods = ?", (ods,)) is None:
        raise RequestError(404, f"no practice {ods} here: GET /practices lists them")


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
