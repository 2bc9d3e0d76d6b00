"""The run engine: from a scenario to a run folder, measured, with frozen events for whoever watches.

Headless: front ends iterate over it and render. Closing the iterator ends every process it started. A run that
was stopped goes on from the last simulated day that was finished.
"""

import json
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import date, timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
import requests

from generators import Generated, generate
from pilot.errors import FileError, SimulatorLost
from pilot.evidence import Assumptions
from pilot.experiment.arm_setup import Secrets
from pilot.experiment.arms import Arm, make_arm
from pilot.experiment.context import ArmBooks, OnceReader, RunContext
from pilot.experiment.events import (
    DayPassed,
    Event,
    Notice,
    RunFinished,
    RunStarted,
    Stage,
    StageFinished,
    StageStarted,
)
from pilot.experiment.folder import Manifest, RunFolder, RunState, new_folder, read_manifest, write_manifest
from pilot.experiment.scenario import Scenario, parse_scenario
from pilot.experiment.strikes import Strike
from pilot.measures import (
    FORMAT,
    ArmRun,
    Beyond,
    Cell,
    Figures,
    Record,
    RunFacts,
    Speed,
    measure,
    panel,
    read_record,
    read_truth,
    write_figures,
    write_panel,
)


def measure_run(
    facts: RunFacts,
    folder: RunFolder,
    arms: Iterable[Arm],
    admin_token: str,
    assumptions: Assumptions,
    speed: Speed,
    beyond: Callable[[tuple[Cell, ...]], Beyond] | None = None,
) -> Figures:
    """Write figures.json and panel.csv; return the figures. `beyond` is asked with the panel."""
    runs = {}
    for arm in arms:
        runs[arm.name] = arm_run(read_record(arm.gp_url, admin_token), arm.books())
    truth = read_truth(folder.truth)
    figures = measure(truth, runs, assumptions, facts, speed)
    cells = panel(truth, runs, joins_on(folder, runs), assumptions, facts.last_day)
    write_panel(cells, folder.path)
    if beyond is not None:
        figures = beyond(cells).of(figures)
    write_figures(figures, folder.path)
    return figures


def joins_on(folder: RunFolder, arms: Iterable[str]) -> dict[str, dict[str, date]]:
    """By arm and practice, from when it is sent messages; `date.min` from the beginning, not there: never."""
    found: dict[str, dict[str, date]] = {}
    for arm in arms:
        lines = [json.loads(line) for line in folder.takes_part(arm).lines()]
        found[arm] = {
            line["ods"]: date.fromisoformat(line["joins_on"]) if "joins_on" in line else date.min
            for line in lines
            if line["ready"]
        }
    return found


def arm_run(record: Record, left: ArmBooks) -> ArmRun:
    """What measures ask of one arm."""
    return ArmRun(record, left.posted, left.emailed, left.endings, left.time_sheet, left.listed, left.pages)


_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)


def peak_rss_mb(processes: Mapping[str, int]) -> dict[str, float]:
    """Peak resident memory in MB, by process name; processes that the system tells nothing of are left out."""
    peaks = {name: _peak(f"/proc/{pid}/status") for name, pid in processes.items()}
    peaks["pipeline"] = _peak("/proc/self/status")
    return {name: peak for name, peak in sorted(peaks.items()) if peak is not None}


def _peak(status: str) -> float | None:
    try:
        found = _PEAK.search(Path(status).read_text("utf-8"))
    except OSError:
        return None
    return round(int(found[1]) / 1024, 1) if found else None


WriteReport = Callable[[dict[str, Any], Path], object]
"""Makes what people read from what figures.json holds, in the run's folder."""


def generate_batches(scenario: Scenario, *, seed: int, out: Path) -> Generated:
    """Write what the office would emit, and the truth, into an empty folder."""
    folder = new_folder(out)
    return generate(scenario.generation, seed, folder.path)


BeyondOf = Callable[[Scenario, tuple[Cell, ...]], Beyond]

Events = Generator[Event, Sequence[str] | None, None]
"""What a run says. Whoever watches may answer a DayPassed with names of faults (`strikes.KNOWN`): they strike from
the next day on.
"""


def run_scenario(
    scenario: Scenario,
    *,
    seed: int,
    out: Path,
    beyond: BeyondOf | None = None,
    write_report: WriteReport | None = None,
    by_hand: Sequence[Strike] = (),
) -> Events:
    """Run a scenario into a new folder. A front end that shows a report brings the writer of it.

    `by_hand` are faults beside the scenario's own. `beyond` says what a run cannot, of its scenario and panel: how far
    its figures could move, the decision, what waves show and what was learned, where that is wanted.
    """
    folder = new_folder(out)
    manifest = Manifest(
        state=RunState.RUNNING,
        scenario=scenario.name,
        text=scenario.text,
        seed=seed,
        arms=scenario.arms,
        results=scenario.generation.results,
        version=version("breast-screening-results-pilot"),
        figures=FORMAT,
        by_hand=tuple(by_hand),
    )
    if scenario.evidence_file is not None:
        folder.evidence.write_bytes(scenario.evidence_file.read_bytes())
    write_manifest(manifest, folder.manifest)
    with folder.held():
        yield from _Run(scenario, folder, manifest, beyond, write_report).events()


def resume_run(
    path: Path, *, beyond: BeyondOf | None = None, write_report: WriteReport | None = None
) -> Events:
    """Go on with a run that was stopped. Raises FileError where there is nothing to go on with."""
    folder = RunFolder(path)
    manifest = read_manifest(folder.manifest)
    if manifest.state is RunState.COMPLETE:
        raise FileError("this run is complete", str(path), "See its report.html, or run the scenario again")
    if manifest.seal != manifest.sealed().seal:
        what = "the run's manifest.json was changed since the run wrote it"
        raise FileError(
            what, str(path), "Put it back as it was, or run the scenario again, into another folder"
        )
    if manifest.figures != FORMAT:
        what = f"this run was begun by another version, which writes {manifest.figures or 'older figures'}"
        raise FileError(what, str(path), f"Run the scenario again: this version writes {FORMAT}")
    scenario = parse_scenario(manifest.scenario, manifest.text, evidence=folder.evidence)
    scenario = scenario.changed(arms=manifest.arms, results=manifest.results)
    with folder.held():
        yield from _Run(scenario, folder, manifest, beyond, write_report).events()


class _Run:
    """One run in progress. `manifest` says how far it has come."""

    def __init__(
        self,
        scenario: Scenario,
        folder: RunFolder,
        manifest: Manifest,
        beyond: BeyondOf | None,
        write_report: WriteReport | None,
    ) -> None:
        self.scenario = scenario
        self.beyond = beyond
        self.seed = manifest.seed
        self.folder = folder
        self.manifest = manifest
        self.write_report = write_report
        self.began = time.monotonic()
        self.seconds: dict[str, float] = {}
        self.notices: list[str] = []
        self.assumptions = scenario.assumptions
        self.secrets = Secrets.made()

    @property
    def days(self) -> tuple[date, ...]:
        first = self.scenario.generation.start
        return tuple(first + timedelta(days=number) for number in range(self.scenario.measured_after_days))

    def events(self) -> Events:
        yield from self.stage(Stage.GENERATE, self.generate())
        with ExitStack() as stack:
            arms: list[Arm] = []
            yield from self.stage(Stage.START, self.start(stack, arms))
            measured: list[Figures] = []
            try:
                yield from self.stage(Stage.RUN, self.live(arms))
                yield from self.stage(Stage.MEASURE, self.measure(arms, measured))
            except requests.RequestException as error:
                raise self.lost(arms) or error from error
        if self.write_report is not None:
            yield from self.stage(Stage.REPORT, self.report(measured[0], self.write_report))
        self.note(state=RunState.COMPLETE)
        yield RunFinished(self.folder.path, self.folder.report, measured[0], time.monotonic() - self.began)

    def note(self, **changes: object) -> None:
        """Write down how far the run has come."""
        self.manifest = msgspec.structs.replace(self.manifest, **changes)
        write_manifest(self.manifest, self.folder.manifest)

    def stage(self, stage: Stage, work: Iterator[Event]) -> Events:
        began = time.monotonic()
        yield StageStarted(stage)
        yield from work
        self.seconds[stage.name.lower()] = round(time.monotonic() - began, 3)
        yield StageFinished(stage, self.seconds[stage.name.lower()])

    def generate(self) -> Iterator[Event]:
        self.folder.scenario.write_text(self.manifest.text, "utf-8")
        if self.manifest.practices is None:
            self.clear_half_made()
            generated = generate(self.scenario.generation, self.seed, self.folder.path)
            self.note(practices=generated.practices)
        yield RunStarted(
            scenario=self.scenario.name,
            title=self.scenario.title,
            office=self.scenario.generation.office.name,
            seed=self.seed,
            arms=self.scenario.arms,
            results=self.manifest.results,
            practices=self.manifest.practices or 0,
            days=len(self.days),
            folder=self.folder.path,
        )

    def clear_half_made(self) -> None:
        """A kill while batches were being written leaves some of them: they are made again, all."""
        for made in (self.folder.inbox, self.folder.post):
            shutil.rmtree(made, ignore_errors=True)

    def start(self, stack: ExitStack, arms: list[Arm]) -> Iterator[Event]:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pilot-")))
        context = RunContext(self.scenario, self.seed, self.folder, self.assumptions, self.secrets, scratch)
        reader = stack.enter_context(OnceReader())
        for name in self.scenario.arms:
            arms.append(stack.enter_context(make_arm(name, context, reader, self.notices.append)))
            if self.manifest.by_hand:
                arms[-1].strike(self.manifest.by_hand)
        yield from self.notices_since()

    def live(self, arms: list[Arm]) -> Events:
        days = self.days
        before, began = self.manifest.seconds_run, time.monotonic()
        for number, day in enumerate(days, start=1):
            if number <= self.manifest.days_done:
                continue
            for arm in arms:
                arm.live(day)
                yield arm.progress()
            yield from self.notices_since()
            self.note(days_done=number, seconds_run=before + time.monotonic() - began)
            names = yield DayPassed(number, len(days), day)
            if names and number < len(days):
                yield from self.struck(arms, [Strike(name, days[number]) for name in names])

    def struck(self, arms: list[Arm], strikes: Sequence[Strike]) -> Iterator[Event]:
        """Somebody switches faults on: kept before they strike, so that a run that goes on has them too."""
        self.note(by_hand=(*self.manifest.by_hand, *strikes))
        for arm in arms:
            arm.strike(self.manifest.by_hand)
        for strike in strikes:
            yield Notice(f"By hand: {strike.told()}")

    def lost(self, arms: list[Arm]) -> SimulatorLost | None:
        """What to say where a simulator no longer answers because it has ended."""
        gone = ", ".join(module for arm in arms for module in arm.lost())
        if not gone:
            return None
        what = f"{gone} has ended under the run"
        go_on = f"Look at its log, then go on with `pilot run --resume {self.folder.path}`"
        return SimulatorLost(what, str(self.folder.path / "logs"), go_on)

    def notices_since(self) -> Iterator[Event]:
        while self.notices:
            yield Notice(self.notices.pop(0))

    def measure(self, arms: list[Arm], measured: list[Figures]) -> Iterator[Event]:
        days = self.days
        by_hand = "; ".join(strike.told() for strike in self.manifest.by_hand)
        facts = RunFacts(
            scenario=self.scenario.name,
            title=self.scenario.title + (f" (by hand: {by_hand})" if by_hand else ""),
            office=self.scenario.generation.office.name,
            seed=self.seed,
            version=self.manifest.version,
            simulated_days=len(days),
            first_day=days[0],
            last_day=days[-1],
        )
        processes = {name: pid for arm in arms for name, pid in arm.processes().items()}
        speed = Speed(
            results_per_second=round(self.manifest.results / self.manifest.seconds_run, 1),
            wall_seconds=dict(self.seconds),
            peak_rss_mb=peak_rss_mb(processes),
        )
        token = self.secrets.admin_token
        beyond = partial(self.beyond, self.scenario) if self.beyond is not None else None
        measured.append(measure_run(facts, self.folder, arms, token, self.assumptions, speed, beyond))
        yield from self.notices_since()

    def report(self, figures: Figures, write_report: WriteReport) -> Iterator[Event]:
        write_report(figures.to_json(), self.folder.path)
        yield from self.notices_since()
