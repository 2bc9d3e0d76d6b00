"""Killed at every crash point: before and after each commit, send, read, acknowledgement and posting.

    python -m tests.chaos.crash_points FOLDER --seed N --stride K --offset R [--without-deduplication]

The office's machine is a forked process, forked anew after each kill, over simulators that live on. It counts the
crash points that it comes to, across all its lives, and dies with SIGKILL at each whose number is R modulo K. So K
runs, with R from 0 to K - 1, die at every one of them. Prints JSON: kills by the name of the point, and the count.
"""

import argparse
import json
import mmap
import os
import signal
import struct
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from generators import generate
from pilot.evidence import load_assumptions
from pilot.experiment.arm_setup import Secrets, SetupFiles
from pilot.experiment.context import RunContext
from pilot.experiment.folder import RunFolder
from pilot.experiment.message_arm import POST_ROOM, _letter
from pilot.experiment.processes import Control
from pilot.experiment.scenario import load_scenario
from pilot.messages import Organisation
from pilot.nbss import Reader
from pilot.pipeline.entry import Route
from pilot.pipeline.ledger import Ledger
from pilot.pipeline.ledger_file import LedgerFile
from pilot.pipeline.mailbox import Mailbox
from pilot.pipeline.pipeline import Pipeline
from pilot.pipeline.print_queue import PrintQueue
from pilot.pipeline.settings import MeshSettings, Settings
from tests.chaos.counting import count
from tests.chaos.history import check_history
from tests.chaos.kills_of_the_pipeline import SMALL
from tests.chaos.receivers import WithoutDeduplication

MORNING, NOON, EVENING = time(9), time(10), time(17, 30)
DAYS = 21
MOST_LIVES_A_STEP = 200


class CrashPoints:
    """Numbers the points that are come to, in memory that all forks share, and kills at the chosen ones."""

    def __init__(self, stride: int, offset: int, log: Path) -> None:
        self._shared = mmap.mmap(-1, 8)
        self._stride = stride
        self._offset = offset
        self._log = log

    def come_to(self, name: str) -> None:
        (number,) = struct.unpack("q", self._shared[:8])
        self._shared[:8] = struct.pack("q", number + 1)
        if number % self._stride == self._offset:
            with self._log.open("a", encoding="utf-8") as log:
                log.write(f"{name}\n")
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, owner: type, name: str, words: str) -> None:
        """Make a method a crash point before and after."""
        original: Callable[..., Any] = getattr(owner, name)

        def struck(*arguments: Any, **named: Any) -> Any:
            self.come_to(f"before {words}")
            result = original(*arguments, **named)
            self.come_to(f"after {words}")
            return result

        setattr(owner, name, struck)

    def around_commits(self) -> None:
        original = LedgerFile.transaction

        @contextmanager
        def struck(ledger: LedgerFile, **options: bool) -> Iterator[None]:
            self.come_to("before a transaction")
            with original(ledger, **options):
                yield
                self.come_to("before a commit")
            self.come_to("after a commit")

        LedgerFile.transaction = struck  # type: ignore[method-assign, assignment]

    def arm(self) -> None:
        self.around_commits()
        for method, words in (
            ("send", "a send"),
            ("find_sent", "asking whether it was sent"),
            ("lookup", "a lookup"),
            ("read", "a read"),
            ("acknowledge", "an acknowledgement"),
        ):
            self.around(Mailbox, method, words)
        self.around(Control, "post", "the post")


class Office:
    """An office over living simulators; each of its steps is a process that may be killed and is then begun again."""

    def __init__(
        self, context: RunContext, files: SetupFiles, mesh_url: str, gp_url: str, points: CrashPoints
    ) -> None:
        self.context = context
        self.points = points
        self.gp_url = gp_url
        generation = context.scenario.generation
        secrets = context.secrets
        self.settings = Settings(
            office=Organisation(ods=generation.office.code, name=generation.office.name),
            mesh=MeshSettings(mesh_url, files.office_mailbox, secrets.office_password, secrets.shared_key),
            code_set=context.scenario.code_set.id,
            routes=(Route.CODED,),
            fallback=context.scenario.practices.fallback,
            deadlines=context.scenario.deadlines,
        )

    def step(self, now: datetime, arrived: tuple[Path, ...]) -> int:
        """One round of the office; how often it was killed on the way."""
        for lives in range(MOST_LIVES_A_STEP):
            child = os.fork()
            if child == 0:
                self._live(now, arrived)
            _, status = os.waitpid(child, 0)
            if os.waitstatus_to_exitcode(status) == 0:
                return lives
            assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, "the office broke: see stderr"
        raise AssertionError("no life of the office came to its end")

    def _live(self, now: datetime, arrived: tuple[Path, ...]) -> None:
        try:
            self.points.arm()
            self._work(now, arrived)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)

    def _work(self, now: datetime, arrived: tuple[Path, ...]) -> None:
        context = self.context
        with (
            Ledger(context.folder.ledger("coded")) as ledger,
            Mailbox(self.settings.mesh) as mailbox,
            Reader() as reader,
        ):
            pipeline = Pipeline(
                self.settings, context.scenario.code_set, ledger, mailbox, reader, lambda: now
            )
            if arrived:
                pipeline.take_in(arrived)
            pipeline.dispatch()
            pipeline.settle()
            queue = PrintQueue(ledger, lambda: now)
            letters = [letter.entry for letter in queue.letters()]
            numbers = [entry.id for entry in letters]
            if numbers:
                queue.printed(numbers, POST_ROOM)
                control = Control(self.gp_url, context.secrets.admin_token)
                control.post(
                    _letter(entry, context.arrives(now.date(), str(entry.practice))) for entry in letters
                )
                queue.posted(numbers, POST_ROOM)


def run(folder: Path, seed: int, stride: int, offset: int, *, deduplication: bool = True) -> dict[str, Any]:
    """One run with its kills. Half of its practices are not ready, so that paper is struck too."""
    scenario = load_scenario(str(SMALL))
    folder.mkdir(parents=True)
    generate(scenario.generation, seed, folder)
    log = folder / "kills.txt"
    log.touch()
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        kind = RunContext if deduplication else WithoutDeduplication
        context = kind(scenario, seed, RunFolder(folder), load_assumptions(), Secrets.made(), Path(scratch))
        files = context.setup("coded")
        _half_ready(files.practices)
        mesh = stack.enter_context(context.mesh("coded", files))
        gp = stack.enter_context(context.gp_system("coded", files, mesh.url))
        office = Office(context, files, mesh.url, gp.url, CrashPoints(stride, offset, log))
        controls = [Control(part.url, context.secrets.admin_token) for part in (mesh, gp)]
        died = sum(
            _day(office, controls, scenario.generation.start + timedelta(days=number))
            for number in range(DAYS)
        )
    left = count(folder)
    kills = Counter(log.read_text("utf-8").splitlines())
    assert died == kills.total() > 0, "a crash point was noted and nobody died of it"
    return {
        "kills": kills,
        "left": asdict(left),
        "clean": left.clean,
        "history": check_history(folder),
    }


def _half_ready(practices: Path) -> None:
    """Every second practice answers that it takes no coded messages: its results go round, on paper."""
    lines = [json.loads(line) for line in practices.read_text("utf-8").splitlines()]
    for line in lines[1::2]:
        line["ready"], line["rules"] = False, []
    practices.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")


def _day(office: Office, controls: list[Control], day: date) -> int:
    """A day of office and practices; how often the office died in it."""
    died = 0
    folder = office.context.folder
    arrived = folder.emitted_on(day, "coded")
    for hour in (MORNING, NOON, EVENING):
        now = datetime.combine(day, hour, UTC)
        mesh, gp = controls
        mesh.set_clock(now)
        gp.set_clock(now, then=("collect", "work") if hour is NOON else ())
        if hour is not NOON:
            files = (*folder.undated(), *arrived) if arrived and hour is MORNING else ()
            died += office.step(now, files)
    controls[1].go_round(["work"])
    return died


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stride", type=int, required=True)
    parser.add_argument("--offset", type=int, required=True)
    parser.add_argument("--without-deduplication", action="store_true")
    options = parser.parse_args()
    done = run(
        options.folder,
        options.seed,
        options.stride,
        options.offset,
        deduplication=not options.without_deduplication,
    )
    print(json.dumps(done))
    return 0 if done["clean"] and not done["history"] else 1


if __name__ == "__main__":
    sys.exit(main())
