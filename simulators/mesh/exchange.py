"""The parts of the server, wired together: who is registered, what is stored, which rules hold, what is broken."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, TypeVar

import msgspec

from simulators.mesh import faults, protocol
from simulators.mesh.delivery import AS_USUAL, Delivery, Handling, Lifetime
from simulators.mesh.directory import Added, Mailbox, Routing, Sources
from simulators.mesh.errors import MeshError
from simulators.mesh.faults import F, FaultDraws, Occasion
from simulators.mesh.journal import Journal
from simulators.mesh.levels import Judge, Level
from simulators.mesh.message import Message
from simulators.mesh.store import Store
from simulators.mesh.token import Token

T = TypeVar("T")


class Auth(StrEnum):
    """Which tokens are looked at: mesh-sandbox's AUTH_MODE."""

    FULL = "full"  # each must be proved
    CANNED = "canned"  # the nonce VALID proves any
    NONE = "none"  # nobody is asked for any


@dataclass(frozen=True, slots=True)
class Settings:
    """`lifetime` holds on the levels warn and strict; on the level sandbox nothing expires."""

    shared_key: str
    level: Level = Level.WARN
    auth: Auth = Auth.FULL
    lifetime: Lifetime = field(default_factory=Lifetime)
    env: str = "local"
    build_label: str = "latest"
    read_only: bool = False  # mesh-sandbox's STORE_MODE canned: what is sent or acknowledged changes nothing


class _Behind:
    """What a transaction answers that found more due than one slice deals with."""


_BEHIND: Final = _Behind()


class Exchange:
    """One MESH environment. All requests, of whichever mailbox, go through it."""

    def __init__(self, sources: Sources, store: Store, settings: Settings) -> None:
        self.sources = sources
        self.store = store
        self.settings = settings
        self.journal = Journal()
        self.snapshots: dict[str, bytes] = {}
        self.fill: Callable[[], None] = lambda: None  # puts there what is there from the start
        self.clear_files: Callable[[str], None] = lambda _: None  # files of a mailbox, or of all ("*")
        lifetime = settings.lifetime if settings.level.lives else Lifetime(None, None)
        self.delivery = Delivery(
            store,
            lifetime=lifetime,
            route=lambda message: self._routing.route(message, store.now),
            collects=lambda mailbox_id: self.is_active(self.directory.party(mailbox_id)),
            handle=self._handle,
            handle_report=self._handle_report,
        )
        self._shared_key = settings.shared_key.encode()
        self._generation = 0
        self._swept_at = 0
        self._forgotten = 0
        self._switched: dict[str, bool] = {}
        self._faults = ""
        self._dice = FaultDraws()
        self._struck: list[str] = []
        self.read_sources()
        store.when_undone(self._forget)

    def read_sources(self) -> None:
        """Read the files that say who there is. Raises UsageError, and then changes nothing."""
        self._base, registrations = self.sources.directory(), self.sources.registrations()
        self.directory = self._base
        self._routing = Routing(
            self.directory, registrations, by_patient=self.settings.level.lives, is_active=self.is_active
        )
        self._added = ""
        self._generation = 0

    def names_somebody(self, mex_to: str) -> bool:
        return self._routing.names_somebody(mex_to)

    def verify(self, mailbox_id: str, header: str, judge: Judge) -> Token | None:
        """Who calls, as far as the header alone can tell. Raises MeshError (403)."""
        mailbox = self.directory.mailboxes.get(mailbox_id)
        if self.settings.auth is not Auth.FULL:
            self._verify_loosely(mailbox_id, header)
            if mailbox is None:
                raise MeshError(protocol.MAILBOX_UNKNOWN)
            return None
        token = Token.parse(header)
        if token.mailbox_id != mailbox_id:
            raise MeshError(protocol.TOKEN_OF_ANOTHER)
        if not token.scheme:
            judge.refuse("token-scheme", protocol.NO_TOKEN)
        if not token.made_near(time.time() + judge.skew):
            judge.refuse("token-recent", protocol.TOKEN_WRONG)
        if mailbox is None:
            raise MeshError(protocol.MAILBOX_UNKNOWN)
        if not token.proves(mailbox.password, self._shared_key):
            raise MeshError(protocol.TOKEN_WRONG)
        return token

    def _verify_loosely(self, mailbox_id: str, header: str) -> None:
        if self.settings.auth is Auth.NONE:
            return
        parts = header.strip().removeprefix(f"{protocol.SCHEME} ").split(":")
        if not header.strip():
            raise MeshError(protocol.NO_TOKEN)
        if parts[0] != mailbox_id:
            raise MeshError(protocol.TOKEN_OF_ANOTHER)
        if len(parts) < 2 or parts[1].upper() != "VALID":
            raise MeshError(protocol.TOKEN_WRONG)

    async def transact(
        self, work: Callable[[], T], token: Token | None = None, judge: Judge | None = None
    ) -> T:
        """Do `work` in a transaction, after what the clock has made due; the token is used up by it.

        Where much is due, it is done in slices, each a transaction of its own, so that others are served.
        """

        def all_of_it() -> T | _Behind:
            if not self._catch_up():
                return _BEHIND
            if token and judge:
                self._admit(token, judge)
            self._struck = judge.struck if judge else []
            return work()

        while isinstance(done := await self.store.transact(all_of_it), _Behind):
            await asyncio.sleep(0)
        return done

    def reset(self, everything: bool = False) -> None:
        """Forget every message but those of the start; with `everything`, be as at the start in all."""
        if everything:
            self.store.forget_everything()
            self.journal.clear()
            self._faults, self._dice = "", FaultDraws()
            self._look_again()
        else:
            self.store.forget_messages()
        self.clear_files("*")
        self.fill()

    def set_clock(self, now: float | None, rate: float = 0.0) -> None:
        """Virtual time from here on, or real time again. What that makes due is done by the next transaction."""
        self.store.set_clock(now, rate)

    def is_active(self, mailbox: Mailbox) -> bool:
        active = self._switched.get(mailbox.mailbox_id, mailbox.active)
        return active or not self.settings.level.lives

    def switch(self, mailbox_id: str, active: bool) -> None:
        """Deactivate a mailbox, or activate it again."""
        switched = self._switched | {mailbox_id: active}
        self.store.set_setting("inactive", msgspec.json.encode(switched).decode())
        self._look_again()

    def add(self, more: Added) -> None:
        """Mailboxes and workflows that are there from now on; one of the same name is replaced."""
        before = msgspec.json.decode(self.store.setting("added"), type=Added)
        both = Added((*before.mailboxes, *more.mailboxes), (*before.workflows, *more.workflows))
        self.store.set_setting("added", msgspec.json.encode(both).decode())
        self._look_again()

    def current_faults(self) -> list[faults.AnyFault]:
        """The faults in force."""
        return msgspec.json.decode(self.store.setting("faults"), type=list[faults.AnyFault])

    def set_faults(self, wanted: list[faults.AnyFault], *, anew: bool = True) -> None:
        """Put these faults in force, in place of all others; their draws begin anew, or go on where they were."""
        self.store.set_setting("faults", msgspec.json.encode(wanted).decode())
        if anew:
            self._faults, self._dice = "", FaultDraws()
        self._look_again()

    def faults_in_force(self) -> bool:
        """Looks at the store each time, since another process may have set them."""
        if self.store.peek_generation() != self._generation:
            self._look_again()
        return bool(self._dice)

    def strikes(self, kind: type[F], occasion: Occasion, struck: list[str]) -> F | None:
        """The fault of this kind that befalls this request, if any: each call is a draw."""
        if not self._dice:
            return None
        # Draws are counted by mailbox: what is none must not make the counts grow.
        if occasion.mailbox not in self.directory.mailboxes:
            occasion = msgspec.structs.replace(occasion, mailbox="")
        fault = self._dice.strikes(kind, occasion, self.store.time())
        if fault:
            struck.append(fault.label)
        return fault

    def struck(self, fault: faults.AnyFault) -> int:
        """How often it has struck, in this process."""
        return self._dice.struck(fault)

    def share(self, fault: faults.AnyFault) -> float:
        """From 0 up to but not including 1, by the fault's seed and how often it has struck."""
        return self._dice.share(fault)

    def keeps_waiting(self, message: Message) -> bool:
        """Whether a fault lets this message be acknowledged and yet be listed again."""
        occasion = _occasion("delivery", message.recipient, message)
        return self.strikes(faults.ListedAgain, occasion, self._struck) is not None

    def _handle(self, message: Message, recipient: str) -> Handling:
        if not self._dice:
            return AS_USUAL
        occasion = _occasion("delivery", recipient, message)

        def strikes(kind: type[F]) -> F | None:
            return self.strikes(kind, occasion, self._struck)

        duplicate, ahead, delay = strikes(faults.Duplicate), strikes(faults.OutOfOrder), strikes(faults.Delay)
        early, lost = strikes(faults.ExpireEarly), strikes(faults.NeverDelivered)
        return Handling(
            copies=duplicate.copies if duplicate else 0,
            places_ahead=ahead.places if ahead else 0,
            delay=delay.seconds if delay else 0.0,
            expires_in=early.seconds if early else None,
            lost=lost is not None,
        )

    def _handle_report(self, message: Message) -> Handling:
        """How the REPORT of a message goes to its sender."""
        if not self._dice:
            return AS_USUAL
        occasion = _occasion("report", message.sender, message)
        late = self.strikes(faults.ReportLate, occasion, self._struck)
        doubled = self.strikes(faults.ReportDoubled, occasion, self._struck)
        return Handling(copies=doubled.copies if doubled else 0, delay=late.seconds if late else 0.0)

    def _admit(self, token: Token, judge: Judge) -> None:
        if not self.store.use_token(token):
            judge.refuse("token-once", protocol.TOKEN_USED)
        if not self.is_active(self.directory.mailboxes[token.mailbox_id]):
            raise MeshError(protocol.MAILBOX_INACTIVE)

    def _catch_up(self) -> bool:
        """Do what is due, or a slice of it; whether that was all."""
        if self.store.generation != self._generation:
            self._look_again()
        second = int(self.store.now)
        if second != self._swept_at:
            if not self.delivery.sweep():
                return False
            self._swept_at = second
        minute = int(time.time()) // 60
        if minute != self._forgotten:
            self._forgotten = minute
            oldest = datetime.fromtimestamp((minute - 1) * 60 - protocol.TOKEN_WINDOW_SECONDS, UTC)
            self.store.forget_tokens(oldest.strftime("%Y%m%d%H%M"))
        return True

    def _forget(self) -> None:
        """Look at everything anew: what was remembered may have been undone."""
        self._generation = self._swept_at = self._forgotten = 0

    def _look_again(self) -> None:
        """Take over what the control plane changed, in whichever process."""
        self._generation = self.store.peek_generation()
        self._swept_at = 0
        self._switched = msgspec.json.decode(self.store.setting("inactive"), type=dict[str, bool])
        added = self.store.setting("added")
        if added != self._added:
            self._added = added
            self.directory = self._base.with_added(msgspec.json.decode(added, type=Added))
            self._routing = self._routing.of(self.directory)
        text = self.store.setting("faults")
        if text != self._faults:  # else the draws go on where they were, whatever the clock does
            self._faults = text
            self._dice = FaultDraws(msgspec.json.decode(text, type=list[faults.AnyFault]), self._dice)


def _occasion(route: str, mailbox: str, message: Message) -> Occasion:
    return Occasion(route, mailbox, message.workflow_id, message.recipient, message.local_id or "")
