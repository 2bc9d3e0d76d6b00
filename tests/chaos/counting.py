"""What a chaos run left behind, counted without the toolkit's measures: the record and the ledger against the truth."""

import json
import sqlite3
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import requests

from pilot.experiment.processes import Simulator

SETTLED = {"filed", "with_a_person", "returned"}


@dataclass(frozen=True)
class Count:
    """Of `results`: neither in the record nor on a list; in the record more than once; in somebody else's record;
    not settled; and called filed by the ledger while the record lacks them."""

    results: int = 0
    lost: int = 0
    duplicated: int = 0
    misfiled: int = 0
    unsettled: int = 0
    said_filed: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))

    @property
    def clean(self) -> bool:
        return not (self.lost or self.duplicated or self.misfiled or self.unsettled or self.said_filed)


def count(folder: Path) -> Count:
    """Count one run's folder."""
    with Simulator(
        "simulators.gp_system", ["--db", str(folder / "gp-coded.sqlite")], {}, folder / "recount.log"
    ) as gp:
        entries = _entries(gp.url)
    states = _states(folder / "ledger.sqlite")
    total = Count()
    for line in (folder / "truth.jsonl").read_text("utf-8").splitlines():
        truth = json.loads(line)
        number = truth["screening_number"]
        own = [person for person in entries[number] if person == truth["nhs_number"]]
        state = states.get(number, "nowhere")
        total += Count(
            results=1,
            lost=int(not own and state not in ("with_a_person", "returned")),
            duplicated=int(len(own) > 1),
            misfiled=int(len(own) != len(entries[number])),
            unsettled=int(state not in SETTLED),
            said_filed=int(state == "filed" and not own),
        )
    return total


def _entries(url: str) -> dict[str, list[str]]:
    """Screening number -> the NHS numbers in whose records it stands."""
    found: dict[str, list[str]] = defaultdict(list)
    with requests.Session() as session:
        session.trust_env = False
        for practice in session.get(f"{url}/practices", timeout=30).json():
            page = f"{url}/fhir/{practice['ods']}/Observation"
            while page:
                bundle = session.get(page, timeout=30).json()
                for entry in bundle.get("entry", []):
                    observation = entry["resource"]
                    found[observation["identifier"][0]["value"]].append(
                        observation["subject"]["identifier"]["value"]
                    )
                page = next(
                    (link["url"] for link in bundle.get("link", []) if link["relation"] == "next"), ""
                )
    return found


def _states(ledger: Path) -> dict[str, str]:
    with sqlite3.connect(ledger) as db:
        return dict(db.execute("SELECT screening_number, state FROM result"))
