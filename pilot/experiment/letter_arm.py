"""`paper` and `pdf_email`: the office prints or e-mails its results, and people at practices type them."""

import json
from contextlib import ExitStack
from datetime import date, datetime
from types import TracebackType
from typing import Self

from pilot.experiment.control import Control
from pilot.experiment.events import ArmProgress
from pilot.experiment.surroundings import DAY_ENDS, OFFICE_OPENS, LeftBehind, Surroundings, at, totals
from pilot.measures import Print


class LetterArm:
    """`paper` (printed, posted in bundles) and `pdf_email` (a page a result, at once): people type what comes."""

    def __init__(self, name: str, around: Surroundings) -> None:
        self.name = name
        self._around = around
        self._stack = ExitStack()
        self._emitted = 0

    def __enter__(self) -> Self:
        around = self._around
        with ExitStack() as stack:
            files = around.world(self.name)
            self._gp = stack.enter_context(around.gp_system(self.name, files))
            self._control = Control(self._gp.url, around.secrets.admin_token)
            stack.callback(self._control.close)
            self._stack = stack.pop_all()
        self.gp_url = self._gp.url
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def live(self, day: date) -> None:
        self._control.set_clock(at(day, OFFICE_OPENS))
        letters = self._around.folder.letters_of(day)
        self._control.post(
            {**letter, "arrives_on": self._arrives(day, letter["practice"]).isoformat()} for letter in letters
        )
        self._emitted += len(letters)
        self._control.set_clock(at(day, DAY_ENDS))
        self._control.work()

    def _arrives(self, day: date, practice: str) -> datetime:
        return self._around.arrives(day, practice) if self.name == "paper" else at(day, OFFICE_OPENS)

    def progress(self) -> ArmProgress:
        filed, minutes = totals(self._control.counts())
        return ArmProgress(self.name, self._emitted, filed, 0, 0, max(0, self._emitted - filed), minutes)

    def left_behind(self) -> LeftBehind:
        prints = tuple(
            Print.of(json.loads(line))
            for path in sorted(self._around.folder.post.iterdir())
            for line in path.read_text("utf-8").splitlines()
        )
        return LeftBehind(posted=prints) if self.name == "paper" else LeftBehind(emailed=prints)

    def processes(self) -> dict[str, int]:
        return {f"gp-{self.name}": self._gp.pid}
