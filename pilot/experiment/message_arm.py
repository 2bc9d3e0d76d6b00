"""`coded` and `mesh_pdf`: the real pipeline sends through MESH; what cannot go that way falls back."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import TracebackType
from typing import Any, Self

from pilot.coding import CodeSet
from pilot.domain.delivery import LastState, State
from pilot.errors import MeshUnreachable
from pilot.experiment.context import (
    ArmBooks,
    RunContext,
    at,
    totals,
)
from pilot.experiment.enquiries import Facts, can_be_printed, reprint_mark, reprint_name, reprint_pages
from pilot.experiment.events import ArmProgress
from pilot.experiment.office import Job, job_of
from pilot.experiment.office_list import OfficeList
from pilot.experiment.plan import Faults
from pilot.experiment.processes import Round
from pilot.experiment.strikes import Strike, faults_of
from pilot.measures import UNWATCHED_REASONS, PageAnswered, Print
from pilot.messages import Organisation
from pilot.messages.pdf_page import page_lines
from pilot.nbss import Reader
from pilot.pipeline.entry import LedgerEntry, Owner, Route
from pilot.pipeline.ledger import PIPELINE
from pilot.pipeline.pipeline import Pipeline
from pilot.pipeline.print_queue import GONE, PrintQueue
from pilot.pipeline.reasons import QUEUED, Reason
from pilot.pipeline.reconciliation import Reconciliations, answer_on_paper
from pilot.pipeline.settings import MeshSettings, Settings, WithoutExtract, working_days_after
from pilot.pipeline.worklist import Worklist

# With a person, since an answer is overdue: it may come late and settle the result after all.
_MAY_STILL_BE_ANSWERED = frozenset(
    {Reason.NO_ANSWER, Reason.NOT_COLLECTED, Reason.REVIEW_OVERDUE, Reason.WAITS_AT_PRACTICE}
)
_NOT_AT_REST = _MAY_STILL_BE_ANSWERED | QUEUED

# Who prints and posts in a run.
POST_ROOM = "post room"


class MessageArm:
    """`coded` and `mesh_pdf`: the real pipeline sends through MESH; what cannot go that way falls back."""

    def __init__(self, name: str, context: RunContext, reader: Reader, notice: Callable[[str], None]) -> None:
        self.name = name
        self._context = context
        self._reader = reader
        self._notice = notice
        self._stack = ExitStack()
        self._now = datetime.min.replace(tzinfo=UTC)
        self._released = False

    def __enter__(self) -> Self:
        context = self._context
        scenario = context.scenario
        with ExitStack() as stack:
            files = context.setup(self.name)
            self._mesh = stack.enter_context(context.mesh(self.name, files))
            self._gp = stack.enter_context(context.gp_system(self.name, files, self._mesh.url))
            self._controls = tuple(context.control(part) for part in (self._mesh, self._gp))
            for control in self._controls:
                stack.callback(control.close)
            self._ledger = stack.enter_context(context.ledger(self.name))
            settings = Settings(
                office=Organisation(
                    ods=scenario.generation.office.code, name=scenario.generation.office.name
                ),
                mesh=MeshSettings(
                    self._mesh.url,
                    files.office_mailbox,
                    context.secrets.office_password,
                    context.secrets.shared_key,
                ),
                code_set=scenario.code_set.id,
                routes=(Route(self.name), *scenario.practices.taken),
                fallback=scenario.practices.fallback,
                joins_on={
                    str(line["ods"]): date.fromisoformat(line["joins_on"])
                    for line in context.practices(self.name)
                    if "joins_on" in line
                },
                without_extract=WithoutExtract.HOLD
                if "extract" in scenario.generation.sources
                else WithoutExtract.PRINT_ONLY,
                deadlines=scenario.deadlines,
            )
            self._took_over = self._ledger.last_move() is not None
            self._queue = PrintQueue(self._ledger, lambda: self._now)
            mailbox = stack.enter_context(context.mailbox(self.name, settings.mesh))
            self._people = context.office(self.name)
            self._enquiries = context.enquiries(self._reader)
            self._list = OfficeList(
                Worklist(self._ledger, lambda: self._now),
                self._people,
                self._enquiries,
                self._controls[1].ring,
                self._print_again,
                lambda job: any(
                    path.name.endswith(f"{reprint_mark(job)}.pdf")
                    for path in context.folder.reprints(self.name)
                ),
            )
            self._settings, self._mailbox = settings, mailbox
            self._pipeline = self._coding_by(scenario.code_set)
            self.strike(())
            self._stack = stack.pop_all()
        self.gp_url = self._gp.url
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def strike(self, strikes: Sequence[Strike]) -> None:
        """These faults are in force beside the scenario's own, and no others."""
        own, (mesh, gp) = self._context.scenario.faults, faults_of(strikes)
        both = Faults((*own.mesh, *mesh), (*own.gp, *gp))
        self._controls[0].set_faults([dict(fault) for fault in both.mesh])
        self._controls[1].set_faults(both.at_practices(self._context.practices(self.name)))

    def live(self, day: date) -> None:
        """One day: files are taken in and sent, practices collect and answer, the office works its list."""
        hours = self._context.hours
        arrived = self._context.folder.emitted_on(day, self.name)
        if arrived and self._took_over:
            # Set aside by the process that was killed: what was taken is known, the rest is looked at again.
            arrived = self._context.folder.emitted_until(day, self.name)
            self._took_over = False
        if not arrived and self._at_rest():
            self._set_clock(at(day, hours.day_ends))
            return
        self._set_clock(at(day, hours.office_opens))
        self._release(day)
        if arrived:
            for line in self._pipeline.take_in((*self._context.folder.undated(), *arrived)).notices:
                self._notice(line)
        self._letters_come_back()
        self._list.work(day)
        self._office()
        for hour in hours.practices_collect:
            self._set_clock(at(day, hour), then=("collect", "work"))
        self._set_clock(at(day, hours.office_looks_again))
        self._office()
        self._reconcile(day)
        self._set_clock(at(day, hours.day_ends), then=("work",))

    def _release(self, day: date) -> None:
        """The day a wrong code map goes out, the office's machine begins to code by it."""
        scenario = self._context.scenario
        release = scenario.release
        if release is not None and day >= release.first and not self._released:
            self._released = True
            self._pipeline = self._coding_by(release.of(scenario.code_set))

    def _coding_by(self, code_set: CodeSet) -> Pipeline:
        settings = replace(self._settings, code_set=code_set.id)
        return Pipeline(settings, code_set, self._ledger, self._mailbox, self._reader, lambda: self._now)

    def _print_again(self, job: Job, facts: Facts, day: date) -> bool:
        """Have it printed again from NBSS; it comes with the next working day's batch. False where it cannot be."""
        office = self._context.scenario.generation.office
        local_number = facts.practice and self._enquiries.nbss.local_number(facts.practice, day)
        if not can_be_printed(facts) or not local_number:
            return False
        printed = working_days_after(day, 1)
        pages = reprint_pages(office, local_number, facts, printed)
        self._context.folder.keep_reprint(self.name, reprint_name(office, job, printed), pages)
        return True

    def _at_rest(self) -> bool:
        """Whether nothing is on its way any more, no practice has anything left to say, nobody anything to do."""
        # While it asks practices what they hold, anything may come to light.
        asks = self._context.scenario.reconcile_every_days is not None
        if asks or any(not state.settled for state in self._ledger.counts()):
            return False
        stuck = self._ledger.in_states(State.WITH_A_PERSON)
        done = all(entry.owner == Owner.OFFICE and entry.reason not in _NOT_AT_REST for entry in stuck)
        return done and not self._list.waiting()

    def _office(self) -> None:
        """What the office's machine does by itself: send what can be sent, act on what came back, post the rest."""
        try:
            self._pipeline.dispatch()
            self._pipeline.settle()
        except MeshUnreachable as error:
            self._notice(str(error))
        self._post_paper()

    def _reconcile(self, day: date) -> None:
        """At the day's end the office asks what practices hold; pages on paper are answered when they have come."""
        every = self._context.scenario.reconcile_every_days
        if every is None:
            return
        if (day - self._context.scenario.generation.start).days % every == 0:
            try:
                self._pipeline.reconcile()
            except MeshUnreachable as error:
                self._notice(str(error))
        for asked in Reconciliations(self._ledger).all():
            come = not asked.mailbox and self._now >= self._context.arrives(asked.at.date(), asked.practice)
            if come and not asked.answered:
                entries = [self._ledger.entry(number) for number in asked.results]
                name = self._ledger.spoken_of()
                numbers = [name(entry) for entry in entries if entry is not None and entry.screening_number]
                said = self._controls[1].reconcile(asked.practice, numbers)
                # The page has two boxes: what only lies there is not in the record.
                missing = [*said["not_held"], *said["waiting"]]
                answer_on_paper(self._ledger, asked.id, missing, self._now, POST_ROOM)

    def _letters_come_back(self) -> None:
        """Pages that practices opened and found nobody for, of which some come back: by post, or at once as PDFs."""
        letters = self._controls[1].sent_back()
        with_people = self._ledger.in_states(State.WITH_A_PERSON) if letters else ()
        gone = {entry.screening_number: entry for entry in with_people if entry.reason in GONE}
        back = []
        for letter in letters:
            entry = gone.get(letter["screening_number"])
            if entry is None or self._came_back_before(entry):
                continue
            sent = datetime.fromisoformat(letter["at"])
            if entry.reason == Reason.SENT_ON_PAPER:
                sent = self._context.arrives(sent.date(), letter["practice"])
            job = job_of(entry.screening_number, entry.provenance, Reason.SENT_BACK)
            if sent <= self._now and self._people.happens(job, "sent back", "letters_sent_back"):
                back.append(entry.id)
        self._queue.came_back(back, POST_ROOM)

    def _came_back_before(self, entry: LedgerEntry) -> bool:
        return any(step.reason == Reason.SENT_BACK for step in self._ledger.history(entry.id))

    def _post_paper(self) -> None:
        """The office's post round: what is in the print queue is printed, posted and ticked as posted.

        Killed in between, it is posted again before it is ticked, and the practice knows the letter.
        """
        queue = [letter.entry for letter in self._queue.letters()]
        numbers = [entry.id for entry in queue]
        self._queue.printed(numbers, POST_ROOM)
        self._controls[1].post(
            _letter(entry, self._context.arrives(self._now.date(), str(entry.practice))) for entry in queue
        )
        self._queue.posted(numbers, POST_ROOM)

    def _set_clock(self, now: datetime, then: Sequence[Round] = ()) -> None:
        """It is this time for everybody; `then` is what the practices do."""
        self._now = now
        mesh, gp = self._controls
        mesh.set_clock(now)
        gp.set_clock(now, then)

    def progress(self) -> ArmProgress:
        """How far it has come; minutes are the practices' so far."""
        counts = self._ledger.counts()
        filed, minutes = totals(self._controls[1].counts())
        emitted = sum(counts.values())
        person, returned = counts.get(State.WITH_A_PERSON, 0), counts.get(State.RETURNED, 0)
        settled = counts.get(State.FILED, 0) + person + returned
        return ArmProgress(self.name, emitted, filed, person, returned, emitted - settled, minutes)

    def books(self) -> ArmBooks:
        entries = tuple(self._ledger.entries())
        return ArmBooks(
            posted=tuple(_printed(entry) for entry in entries if self._was_posted(entry)),
            endings=tuple(self._ending(entry) for entry in entries),
            time_sheet=self._people.time_sheet(),
            pages=tuple(
                PageAnswered(asked.practice, len(asked.results))
                for asked in Reconciliations(self._ledger).all()
                if asked.answered and not asked.mailbox
            ),
        )

    def _was_posted(self, entry: LedgerEntry) -> bool:
        return entry.route == Route.PAPER and any(
            step.reason == Reason.SENT_ON_PAPER for step in self._ledger.history(entry.id)
        )

    def _ending(self, entry: LedgerEntry) -> LastState:
        """Where the ledger has it. What people did is in its history: everything that the pipeline did not do."""
        history = self._ledger.history(entry.id)
        stuck = entry.state is State.WITH_A_PERSON
        by_people = [step.at for step in history if stuck and step.who != PIPELINE]
        filed = next((step.at for step in history if step.to_state == State.FILED), None)
        later = (step for step in history if filed is not None and step.at >= filed)
        doubted = next((step.at for step in later if step.to_state == State.WITH_A_PERSON), None)
        waits = stuck and entry.reason not in UNWATCHED_REASONS
        due_days = self._context.assumptions["worklist_due_days"].value
        return LastState(
            state=entry.state,
            reason=entry.reason,
            provenance=entry.provenance,
            screening_number=entry.screening_number,
            nhs_number=entry.nhs_number,
            owner=entry.owner or "",
            assigned_to=entry.assigned_to,
            since=entry.since,
            due=entry.since + timedelta(days=due_days) if waits else None,
            touched=max(by_people, default=None),
            message_id=entry.message_id,
            believed_filed=filed,
            doubted=doubted,
        )

    def processes(self) -> dict[str, int]:
        """Process ids by name, for whoever must stop or kill them."""
        return {f"mesh-{self.name}": self._mesh.pid, f"gp-{self.name}": self._gp.pid}

    def lost(self) -> tuple[str, ...]:
        """Its simulators that ended by themselves."""
        return tuple(part.module for part in (self._mesh, self._gp) if part.lost())


def _letter(entry: LedgerEntry, arrives: datetime) -> dict[str, Any]:
    """A result as the letter that the office's printer makes of it."""
    return {
        "practice": entry.practice,
        "emitted_on": entry.since.date().isoformat(),
        # Of a print that went before, this is another letter.
        "file": entry.provenance.file + (" (withdrawn)" if entry.result.withdrawn else ""),
        "page": entry.provenance.page,
        "record": entry.provenance.record,
        "lines": list(page_lines(entry.result)),
        "arrives_on": arrives.isoformat(),
    }


def _printed(entry: LedgerEntry) -> Print:
    where = entry.provenance
    return Print(str(entry.practice), entry.since.date(), where.file, where.page, where.record)
