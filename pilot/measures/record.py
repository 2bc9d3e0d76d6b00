"""The record: what the practices' GP system holds when the run is over, read through its own API and nothing else."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urljoin

import requests

from pilot.errors import FileError

SNOMED_CT: Final = "http://snomed.info/sct"
NHS_NUMBER: Final = "https://fhir.nhs.uk/Id/nhs-number"
SCREENING_NUMBER: Final = "https://breast-screening-results-pilot.example/fhir/Id/screening-number"

TYPED: Final = ("letters", "documents")  # kinds of work in which a person reads a result and types it

_PAGE: Final = 500
_TIMEOUT_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """One coded entry in one patient's record at one practice.

    `codes` are the SNOMED CT concepts by which a search finds it, what was found before what was asked, none where
    the entry is text alone; `issued` is
    when it entered the record (virtual time), `seen_on` when she was seen; `source` is `mesh:<message id>` or
    `post:<file>#<page>/<record>`; `entered_by` is `rule:<name>` or `person:<role>`.
    """

    practice: str
    nhs_number: str
    screening_number: str | None
    codes: tuple[str, ...]
    text: str
    issued: datetime
    seen_on: date | None = None
    source: str = ""
    entered_by: str = ""

    @property
    def code(self) -> str | None:
        """The concept that says the most of it: the first of its codes, None for text alone."""
        return self.codes[0] if self.codes else None


@dataclass(frozen=True, slots=True)
class RecordedPractice:
    """A practice of the record, and its desk's time sheet: minutes by kind of work."""

    ods: str
    name: str
    supplier: str = ""
    list_size: int = 0
    minutes: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lying:
    """A result that lies at a practice, or is on its way there, and that nobody there has finished.

    `kind` is `letters`, `documents`, `review` or `unmatched`; `where` is `in_the_post`, `on_the_desk`,
    `in_hand`, `ignored` (the practice does nothing with results), `lost` (in the post) or `closed` (done with,
    and nothing entered); `arrived` when it came, or will come.
    """

    practice: str
    kind: str
    where: str
    source: str
    arrived: datetime
    screening_number: str | None = None

    @property
    def will_be_worked(self) -> bool:
        """Whether it is on its way to somebody who works such things."""
        return self.where in ("in_the_post", "on_the_desk", "in_hand")


@dataclass(frozen=True, slots=True)
class Worked:
    """One piece of work that a practice has done: `minutes` on the result `screening_number`, None where on none."""

    practice: str
    kind: str
    minutes: float
    at: datetime
    screening_number: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """Everything that one arm's GP system holds of breast screening, and what lies at its practices unfinished.

    `worked` is the desks' time sheets line by line; `RecordedPractice.minutes` are their sums.
    """

    practices: tuple[RecordedPractice, ...]
    entries: tuple[Entry, ...]
    lying: tuple[Lying, ...] = ()
    worked: tuple[Worked, ...] = ()

    @property
    def letters_open(self) -> int:
        """Letters that lie on the desks unworked when the run is over."""
        return sum(lying.kind in TYPED and lying.where in ("on_the_desk", "in_hand") for lying in self.lying)

    def minutes(self, kind: str) -> float:
        """What all desks together spent on one kind of work."""
        return sum(practice.minutes.get(kind, 0.0) for practice in self.practices)


def read_record(gp_url: str, token: str | None = None) -> Record:
    """Read every practice of the GP system at `gp_url`. Raises FileError where it does not answer as it should.

    `token` opens the control plane, whose time sheets and open work are read; the entries come from the read API alone.
    """
    base = gp_url.rstrip("/")
    key = {"X-Admin-Token": token} if token else None
    with requests.Session() as session:
        # A proxy set for the outside world has no business between us and a simulator on loopback.
        session.trust_env = False
        return record_from(
            lambda path: _get(session, urljoin(f"{base}/", path), key if "/admin/" in path else None)
        )


def record_from(get: Callable[[str], Any]) -> Record:
    """The same from whatever answers the GP system's paths (`/practices`, `/admin/counts`, `/fhir/...`)."""
    listed = get("/practices")
    sheets = get("/admin/counts")["practices"]
    lying = tuple(_lying(row) for row in get("/admin/open")["open"])
    practices = tuple(_practice(row, sheets.get(row["ods"], {})) for row in listed)
    entries = tuple(entry for practice in practices for entry in _entries(get, practice.ods))
    worked = tuple(map(_worked, get("/admin/worked")["worked"]))
    return Record(practices, entries, lying, worked)


def _get(session: requests.Session, url: str, headers: Mapping[str, str] | None = None) -> Any:
    try:
        answer = session.get(url, headers=headers, timeout=_TIMEOUT_SECONDS)
        answer.raise_for_status()
        return answer.json()
    except (requests.RequestException, ValueError) as error:
        what = f"The GP system's record cannot be read ({type(error).__name__})"
        raise FileError(
            what, url.split("?", maxsplit=1)[0], "See that it runs and that the admin token is its own"
        ) from error


def _practice(row: Mapping[str, Any], sheet: Mapping[str, Any]) -> RecordedPractice:
    return RecordedPractice(
        ods=row["ods"],
        name=row["name"],
        supplier=row.get("supplier", ""),
        list_size=int(row.get("list_size", 0)),
        minutes={kind: float(minutes) for kind, minutes in sheet.get("minutes", {}).items()},
    )


def _worked(row: Mapping[str, Any]) -> Worked:
    return Worked(
        practice=row["practice"],
        kind=row["kind"],
        minutes=float(row["minutes"]),
        at=datetime.fromisoformat(row["at"]),
        screening_number=row["screening_number"],
    )


def _lying(row: Mapping[str, Any]) -> Lying:
    return Lying(
        practice=row["practice"],
        kind=row["kind"],
        where=row["where"],
        source=row["source"],
        arrived=datetime.fromisoformat(row["arrived"]),
        screening_number=row["screening_number"],
    )


def _entries(get: Callable[[str], Any], ods: str) -> Iterator[Entry]:
    """Every entry of one practice, following the searchset's `next` links."""
    url: str | None = f"/fhir/{ods}/Observation?_count={_PAGE}"
    while url:
        bundle = get(url)
        for item in bundle.get("entry", []):
            yield entry_from(item["resource"], ods)
        following = next((link["url"] for link in bundle.get("link", []) if link["relation"] == "next"), None)
        url = following


def entry_from(resource: Mapping[str, Any], ods: str) -> Entry:
    """An Observation of the read API as an entry. Raises KeyError or ValueError where it is not one."""
    value = resource.get("valueCodeableConcept", {})
    question = resource.get("code", {})
    codes = tuple(
        coding["code"]
        for concept in (value, question)  # a search finds it by either
        for coding in concept.get("coding", [])
        if coding.get("system") == SNOMED_CT
    )
    numbers = [i["value"] for i in resource.get("identifier", []) if i.get("system") == SCREENING_NUMBER]
    meta = resource.get("meta", {})
    entered = [
        tag["code"] for tag in meta.get("tag", []) if str(tag.get("system", "")).endswith("entered-by")
    ]
    effective = resource.get("effectiveDateTime")
    return Entry(
        practice=ods,
        nhs_number=resource["subject"]["identifier"]["value"],
        screening_number=numbers[0] if numbers else None,
        codes=codes,
        text=value.get("text", ""),
        issued=datetime.fromisoformat(resource["issued"]),
        seen_on=date.fromisoformat(effective[:10]) if effective else None,
        source=meta.get("source", ""),
        entered_by=entered[0] if entered else "",
    )
