"""A room to practise in: an office with a day's batch, ten things wrong in it, and simulators that run in real time.

What is right for each is what somebody finds out who looks it up, as the office's people of a run do: NBSS and the
demographic service are asked, not the truth.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from generators import GenerationSpec, emit, generate
from generators.prints.page import Page, Paper
from pilot.domain.delivery import State
from pilot.domain.result import DisputeReason, Rejected, ScreeningResult
from pilot.errors import FileError
from pilot.experiment.arm_setup import Secrets, setup_of
from pilot.experiment.enquiries import Demographics, Enquiries, Facts, Named, Nbss
from pilot.experiment.folder import RunFolder
from pilot.experiment.office_list import differs, put_right
from pilot.experiment.processes import Simulator
from pilot.experiment.scenario import Scenario, load_scenario
from pilot.nbss import Reader
from pilot.pipeline.entry import LedgerEntry, Owner, decode_result
from pilot.pipeline.item import Action
from pilot.pipeline.ledger import Ledger
from pilot.pipeline.reasons import QUEUED, Reason, why_of, words
from pilot.pipeline.worklist import Detail

PLANTED: Final = 10
_RESULTS: Final = 60
_PRACTICES: Final = 3
_POLL_SECONDS: Final = 5
_ARM: Final = "coded"
# Each of these puts one line on the list, and what is right for it can be looked up.
_DEFECTS: Final = (
    "nhs_number_invalid",
    "nhs_number_missing",
    "nhs_number_superseded",
    "date_of_birth_wrong",
    "date_of_birth_implausible",
    "result_changed",
    "letters_disagree",
    "outcome_not_recognised",
    "missing_from_letters",
)
_TRIES: Final = 500


class Mark(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    OPEN = "not decided"


@dataclass(frozen=True, slots=True)
class Scored:
    """One line of the list: what it was, how it was dealt with, and what somebody does who looks it up."""

    number: int
    what: str
    mark: Mark
    right: str

    @property
    def told(self) -> bool:
        """Whether the answer may be shown: not before it was tried."""
        return self.mark is not Mark.OPEN


@dataclass(frozen=True, slots=True)
class Score:
    """`lines` is empty before the batch was taken in."""

    lines: tuple[Scored, ...]

    @property
    def right(self) -> int:
        return sum(line.mark is Mark.RIGHT for line in self.lines)


class Rehearsal:
    """The folder of one: `pilot.toml`, `inbox/`, the ledger, and what the simulators keep in `simulators/`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "pilot.toml"
        self.inbox = folder / "inbox"
        self.ledger = folder / "ledger.sqlite"
        self._simulators = folder / "simulators"
        self._run = RunFolder(folder)
        self._enquiries = Enquiries(
            lambda: Demographics(self._run.practice_lines(), {}), Nbss(self._run, Reader())
        )

    @property
    def exists(self) -> bool:
        return (self._simulators / "secrets.json").is_file()

    def prepare(self, seed: int, today: date) -> None:
        """Write the batch of `today` (or the Friday before) and what the simulators begin with.

        Raises FileError where the folder holds something else.
        """
        if self.folder.is_dir() and any(self.folder.iterdir()):
            raise FileError("the folder is not empty", str(self.folder), "Name a new one to rehearse in")
        self._simulators.mkdir(parents=True, mode=0o700)
        scenario = _scenario(today)
        generate(scenario.generation, _seed_with_ten(scenario.generation, seed), self.folder)
        secrets = Secrets.made()
        setup = setup_of(scenario, _ARM, seed, self._run.practice_lines(), scenario.assumptions)
        setup.write(_ARM, secrets.office_password, self._simulators)
        kept = {
            "password": secrets.office_password,
            "shared_key": secrets.shared_key,
            "secrets.json": json.dumps({"admin_token": secrets.admin_token, "mailbox": setup.office_mailbox}),
        }
        for name, text in kept.items():
            path = self._simulators / name
            path.touch(mode=0o600)
            path.write_text(text, "utf-8")

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """MESH and the practices' systems, on the real clock; practices collect every few seconds.

        `pilot.toml` says where MESH is this time.
        """
        kept = json.loads((self._simulators / "secrets.json").read_text("utf-8"))
        key = (self._simulators / "shared_key").read_text("utf-8")
        secrets = {"MESH_SHARED_KEY": key, "SIMULATOR_ADMIN_TOKEN": kept["admin_token"]}
        with ExitStack() as stack:
            mesh = stack.enter_context(
                self._simulator("mesh", secrets, "mailboxes", "workflows", more=("--level", "strict"))
            )
            ticking = ("--mesh-url", mesh.url, "--poll", str(_POLL_SECONDS))
            stack.enter_context(self._simulator("gp_system", secrets, "practices", more=ticking))
            self.config.write_text(_CONFIG.format(url=mesh.url, mailbox=kept["mailbox"]), "utf-8")
            yield

    def _simulator(
        self, name: str, secrets: Mapping[str, str], *files: str, more: tuple[str, ...]
    ) -> Simulator:
        home = self._simulators
        read = [word for file in files for word in (f"--{file}", str(home / f"{file}-{_ARM}.jsonl"))]
        arguments = ["--db", str(home / f"{name}.sqlite"), *read, *more]
        return Simulator(f"simulators.{name}", arguments, secrets, home / f"{name}.log")

    # What can be looked up, and what is right

    def screens(self, detail: Detail) -> tuple[str, ...]:
        """What NBSS and the demographic service show of whom a result is about, line by line."""
        facts = self._facts(detail.document, detail.entry.screening_number)
        if facts is None:
            return ("Nobody of that number, name and date of birth is found",)
        person = facts.person
        born = f"born {person.date_of_birth:%d-%b-%Y}"
        died = f", died {person.died_on:%d-%b-%Y}" if person.died_on else ""
        where = f"registered at {facts.practice}" if facts.practice else "with no practice of the area"
        shown = f"{facts.outcome}, {facts.day:%d-%b-%Y}" if facts.outcome and facts.day else "none closed"
        return (
            f"Register: {person.surname}, {person.forename}, {person.title}; {born}{died}",
            f"NHS number {person.nhs_number}; {where}",
            f"NBSS, last closed episode: {shown}",
        )

    def score(self) -> Score:
        """What was decided, held against what somebody decides who looks it up."""
        if not self.ledger.exists():
            return Score(())
        with Ledger(self.ledger) as ledger:
            stuck = [entry for entry in ledger.entries() if _came_up(ledger, entry)]
            return Score(tuple(self._scored(ledger, entry) for entry in stuck))

    def _scored(self, ledger: Ledger, entry: LedgerEntry) -> Scored:
        first = next(step for step in ledger.history(entry.id) if step.to_state in _ON_THE_LIST)
        decided = ledger.decisions(entry.id)
        as_printed = entry.document
        if decided and isinstance(as_printed, ScreeningResult):
            as_printed = decode_result(decided[0].document)
        facts = self._facts(as_printed, entry.screening_number)
        if isinstance(as_printed, Rejected):
            right, well = "back to NBSS, and printed again from there", entry.state is State.RETURNED
        else:
            action, changes, why = put_right(why_of(first.reason), as_printed, facts)
            if "outcome" in changes:  # the interlock sends no print under another outcome than its own
                action, why = Action.RETURN, "the outcome is another, and NBSS prints it again"
            if action is Action.RETURN:
                right, well = f"back to NBSS: {why}", entry.state is State.RETURNED
            else:
                named = ", ".join(name.replace("_", " ") for name in changes)
                right = f"put right: {named}" if changes else "the print is right: sent as it is"
                now = entry.document
                well = _went(entry) and facts is not None and isinstance(now, ScreeningResult)
                well = well and not (facts and isinstance(now, ScreeningResult) and differs(now, facts))
        mark = Mark.OPEN if not decided else Mark.RIGHT if well else Mark.WRONG
        return Scored(entry.id, f"{words(first.reason)} [{entry.provenance}]", mark, right)

    def _facts(self, document: ScreeningResult | Rejected, screening_number: str | None) -> Facts | None:
        if isinstance(document, Rejected):
            named = Named.on_print(document.nhs_number, document.lines)
        else:
            person = document.participant
            named = Named(
                person.nhs_number, person.surname, person.forename, person.date_of_birth, document.date
            )
        return self._enquiries.about(named, screening_number, datetime.now(UTC).date())


_ON_THE_LIST: Final = frozenset({State.WITH_A_PERSON, State.RETURNED})


def _came_up(ledger: Ledger, entry: LedgerEntry) -> bool:
    """Whether reading it put it on the office's list."""
    first = ledger.history(entry.id)[:2]
    return any(step.to_state in _ON_THE_LIST and step.reason != DisputeReason.DUPLICATE for step in first)


def _went(entry: LedgerEntry) -> bool:
    """Whether it is on its way, by message or by post, or has arrived there."""
    if entry.state is State.WITH_A_PERSON:
        return entry.owner is Owner.PRACTICE or entry.reason in QUEUED
    return entry.state is not State.RETURNED and entry.reason != Reason.PERSON_FILED


def _scenario(today: date) -> Scenario:
    """A small office of ready practices that prints once, on `today` or the last working day before."""
    weekend = max(today.weekday() - 4, 0)
    chosen = load_scenario("quick")
    generation = replace(
        chosen.generation,
        practices=_PRACTICES,
        results=_RESULTS,
        start=today - timedelta(days=weekend),
        days=1,
        defects=dict.fromkeys(_DEFECTS, PLANTED / _RESULTS / len(_DEFECTS)),
    )
    return replace(chosen, generation=generation)


def _seed_with_ten(spec: GenerationSpec, seed: int) -> int:
    """The first seed from this one on by which ten results have something wrong, of seven kinds at least."""
    for tried in range(seed, seed + _TRIES):
        planted = emit(spec, tried, _Nowhere()).defects
        if sum(planted.values()) == PLANTED and len(planted) >= 7:
            return tried
    raise AssertionError(f"no seed from {seed} on plants {PLANTED}")


class _Nowhere:
    """Where a batch is written that is only counted."""

    def write(self, path: str, data: bytes) -> None: ...
    def draw(self, path: str, pages: Sequence[Page], paper: Paper, title: str) -> None: ...


_CONFIG: Final = """\
# An office to practise in, written by `pilot rehearse`: its MESH lives as long as that runs.
[office]
ods = "KXX"
name = "KELDERBY"

[mesh]
url = "{url}"
mailbox = "{mailbox}"
password_file = "simulators/password"
shared_key_file = "simulators/shared_key"

[coding]
code_set = "interim-2026-11"

[routing]
route = "coded"
fallback = "paper"

[sources]
without_extract = "hold"
expected = ["letters"]
"""
