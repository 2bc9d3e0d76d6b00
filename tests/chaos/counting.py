"""What a chaos run left behind, counted without the toolkit's measures: the record and the ledger against the truth."""

import json
import re
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
    not settled; and called filed by the ledger while the record lacks them.

    What the ledger says was posted counts as lost where no letter of it ever came to the practice's door.
    `posted` are the results of which letters came. `slips` are results that fell back to paper and that a
    simulated typist entered twice from one letter, or into another's record: people's mistakes by the evidence
    file, which no kill or fault made. They are shown apart.
    """

    results: int = 0
    lost: int = 0
    duplicated: int = 0
    misfiled: int = 0
    unsettled: int = 0
    said_filed: int = 0
    posted: int = 0
    slips: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))

    @property
    def clean(self) -> bool:
        return not (self.lost or self.duplicated or self.misfiled or self.unsettled or self.said_filed)


@dataclass(frozen=True)
class Entry:
    """Whose record an entry stands in, and what it was made from."""

    person: str
    source: str

    @property
    def typed(self) -> bool:
        return self.source.startswith("post:")


def count(folder: Path) -> Count:
    """Count one run's folder."""
    with Simulator(
        "simulators.gp_system", ["--db", str(folder / "gp-coded.sqlite")], {}, folder / "recount.log"
    ) as gp:
        entries = _entries(gp.url)
    states = _states(folder / "ledger.sqlite")
    posted = _letters(folder / "gp-coded.sqlite")
    total = Count()
    for line in (folder / "truth.jsonl").read_text("utf-8").splitlines():
        truth = json.loads(line)
        number = truth["screening_number"]
        own = [entry for entry in entries[number] if entry.person == truth["nhs_number"]]
        others = [entry for entry in entries[number] if entry.person != truth["nhs_number"]]
        by_machine = [entry for entry in own if not entry.typed]
        letters = {entry.source for entry in own if entry.typed}
        state, reason = states.get(number, ("nowhere", ""))
        unposted = reason == "sent_on_paper" and number not in posted
        total += Count(
            results=1,
            lost=int(not own and (unposted or state not in ("with_a_person", "returned"))),
            duplicated=int(len(by_machine) + len(letters) > 1),
            misfiled=int(any(not entry.typed for entry in others)),
            unsettled=int(state not in SETTLED),
            said_filed=int(state == "filed" and not own),
            posted=int(number in posted),
            slips=int(len(own) > len(by_machine) + len(letters) or any(entry.typed for entry in others)),
        )
    return total


def _entries(url: str) -> dict[str, list[Entry]]:
    """Screening number -> its entries, in whosever record."""
    found: dict[str, list[Entry]] = defaultdict(list)
    with requests.Session() as session:
        session.trust_env = False
        for practice in session.get(f"{url}/practices", timeout=30).json():
            page = f"{url}/fhir/{practice['ods']}/Observation"
            while page:
                bundle = session.get(page, timeout=30).json()
                for entry in bundle.get("entry", []):
                    observation = entry["resource"]
                    person = observation["subject"]["identifier"]["value"]
                    number = observation["identifier"][0]["value"]
                    found[number].append(Entry(person, observation["meta"]["source"]))
                page = next(
                    (link["url"] for link in bundle.get("link", []) if link["relation"] == "next"), ""
                )
    return found


def _states(ledger: Path) -> dict[str, tuple[str, str]]:
    with sqlite3.connect(ledger) as db:
        rows = db.execute("SELECT screening_number, state, reason FROM result")
        return {number: (state, reason) for number, state, reason in rows}


def _letters(store: Path) -> set[str]:
    """Screening numbers of which a letter came, or was lost in the post: it was posted."""
    with sqlite3.connect(store) as db:
        rows = db.execute("SELECT subject FROM tasks WHERE kind = 'letters' AND source LIKE 'post:%'")
        found = re.findall(r"Screening Number: (\w+)", " ".join(bytes(row[0]).decode() for row in rows))
    return set(found)
