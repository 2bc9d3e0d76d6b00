"""The pipeline of one office: take in, dispatch, settle. Each may be run again at any time; nothing is done twice."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from pilot.coding import CodeSet, load_code_set
from pilot.errors import MeshUnreachable
from pilot.nbss import Reader
from pilot.nbss.wire import DEFAULT_LIMITS
from pilot.pipeline.confirmed_looks import ConfirmedLooks
from pilot.pipeline.dispatch import Dispatched, Router, dispatch
from pilot.pipeline.entry import Route
from pilot.pipeline.intake import Memory, Preview, Taken, Watch, look_ahead, take_in
from pilot.pipeline.ledger import Ledger
from pilot.pipeline.mailbox import Mailbox
from pilot.pipeline.reconciliation import Reconciled, ask_practices
from pilot.pipeline.settings import Settings, ledger_of, load_settings
from pilot.pipeline.settle import Settled, settle


class Pipeline:
    """`clock` says what time it is: real time in use, virtual time in a run. Use it in one thread.

    `prints` holds reports to how this office's look; None: to nothing.
    """

    def __init__(
        self,
        settings: Settings,
        code_set: CodeSet,
        ledger: Ledger,
        mailbox: Mailbox,
        reader: Reader,
        clock: Callable[[], datetime],
        prints: ConfirmedLooks | None = None,
    ) -> None:
        self._settings = settings
        self._code_set = code_set
        self._ledger = ledger
        self._mailbox = mailbox
        self._reader = reader
        self._clock = clock
        self._watch: Watch = prints.watch if prints is not None else lambda _: ()
        self._memory = Memory(ledger)
        self._set_aside: tuple[Path, ...] = ()

    def take_in(self, paths: Sequence[Path]) -> Taken:
        """Read a batch, with what was set aside before, check it, and write it to the ledger."""
        again = [
            path
            for path in self._set_aside
            if self._reader.there(path) and not any(path == given or given in path.parents for given in paths)
        ]
        taken = take_in(
            self._ledger,
            self._reader,
            self._memory,
            (*again, *paths),
            self._clock(),
            without_extract=self._settings.without_extract,
            expected=self._settings.expected,
            watch=self._watch,
        )
        self._set_aside = taken.set_aside
        return taken

    def preview(self, paths: Sequence[Path]) -> Preview:
        """What `take_in` would make of these files and which way each result would go; nothing is kept or sent."""
        ahead = look_ahead(
            self._ledger,
            self._reader,
            self._memory,
            paths,
            self._clock(),
            without_extract=self._settings.without_extract,
            expected=self._settings.expected,
            watch=self._watch,
        )
        router = self._router()
        on_paper = 0
        try:
            for practice, number in ahead.by_practice.items():
                way = router.way(practice)
                on_paper += number if way is not None and way.route is Route.PAPER else 0
        except MeshUnreachable:
            return replace(ahead, on_paper=None)
        return replace(ahead, on_paper=on_paper)

    def _router(self) -> Router:
        settings = self._settings
        not_yet = settings.not_yet(self._clock().date())
        return Router(self._mailbox, settings.routes, settings.fallback, not_yet)

    def dispatch(self) -> Dispatched:
        """Send all that can be sent."""
        return dispatch(
            self._ledger,
            self._mailbox,
            self._settings,
            self._code_set,
            self._clock,
            self._memory.practice_names(),
        )

    def reconcile(self) -> Reconciled:
        """Ask every practice what it holds of all that it should. Raises MeshUnreachable, MeshRefused."""
        return ask_practices(self._ledger, self._mailbox, self._settings.office, self._clock)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Rows of the ledger that could not be read: the rest went on."""
        return self._ledger.left_out()

    def settle(self) -> Settled:
        """Act on all that came back. Raises MeshUnreachable where MESH is out of reach."""
        return settle(self._ledger, self._mailbox, self._settings.deadlines, self._clock)


@contextmanager
def opened(
    config: Path,
    ledger: Path | None,
    clock: Callable[[], datetime],
    *,
    moved: bool = False,
) -> Iterator[Pipeline]:
    """The pipeline as configured, on that clock. Raises LedgerError where the ledger is another office's."""
    settings = load_settings(config)
    code_set = load_code_set(settings.code_set)
    path = ledger_of(config, ledger)
    folder = str(path.resolve().parent)
    limits = replace(DEFAULT_LIMITS, second_eye_pages=settings.second_eye_pages)
    with Ledger(path) as book, Mailbox(settings.mesh) as mailbox, Reader(limits) as reader:
        if moved:
            book.moved_to(folder)
        book.belongs_to(office=settings.office.ods, mailbox=settings.mesh.mailbox, folder=folder)
        # Out of reach, a batch is taken in all the same: it waits in the ledger, and past the limit goes round.
        with suppress(MeshUnreachable):
            mailbox.handshake()
            mailbox.check_clock(clock())
        yield Pipeline(settings, code_set, book, mailbox, reader, clock, ConfirmedLooks(path))
