"""The parts of the server, wired together: who is registered, what is stored, which rules hold, what is broken."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from simulators.mesh import faults, protocol
from simulators.mesh.delivery import AS_USUAL, Delivery, Handling
from simulators.mesh.directory import Directory, Mailbox, Registrations, Routing
from simulators.mesh.errors import MeshError
from simulators.mesh.faults import Dice, F
from simulators.mesh.levels import Rules
from simulators.mesh.message import Message
from simulators.mesh.protocol import Failure
from simulators.mesh.store import Store
from simulators.mesh.token import Token

T = TypeVar("T")


class Exchange:
    """One MESH environment. All requests, of whichever mailbox, go through it."""

    def __init__(
        self,
        directory: Directory,
        store: Store,
        shared_key: str,
        rules: Rules,
        registrations: Registrations | None = None,
    ) -> None:
        self.directory = directory
        self.store = store
        self.rules = rules
        self.routing = Routing(
            directory, registrations or Registrations(()), rules.route_by_patient, self.is_active
        )
        self.delivery = Delivery(
            store, expiry=rules.expiry, route=self._route, collects=self._collects, handle=self._handle
        )
        self._shared_key = shared_key.encode()
        self._generation = 0
        self._swept_at = 0
        self._forgotten = 0
        self._switched: dict[str, bool] = {}
        self._faults = ""
        self._dice = Dice()
        store.when_undone(self._forget)

    def verify(self, mailbox_id: str, header: str) -> Token:
        """Who calls, as far as the header alone can tell. Raises MeshError (403)."""
        token = Token.parse(header)
        if token.mailbox_id != mailbox_id:
            raise MeshError(protocol.TOKEN_OF_ANOTHER)
        if self.rules.token_recent and not token.made_near(time.time()):
            raise MeshError(protocol.TOKEN_WRONG)
        mailbox = self.directory.mailboxes.get(mailbox_id)
        if mailbox is None:
            raise MeshError(protocol.MAILBOX_UNKNOWN)
        if not token.proves(mailbox.password, self._shared_key):
            raise MeshError(protocol.TOKEN_WRONG)
        return token

    async def transact(self, work: Callable[[], T], token: Token | None = None) -> T:
        """Do `work` in a transaction, after what the clock has made due; the token is used up by it."""

        def all_of_it() -> T:
            self._catch_up()
            if token:
                self._admit(token)
            return work()

        return await self.store.transact(all_of_it)

    def set_clock(self, now: float) -> None:
        """Move the (virtual) clock, and do at once what that makes due."""
        self.store.set_clock(now)
        self._catch_up()

    def is_active(self, mailbox: Mailbox) -> bool:
        active = self._switched.get(mailbox.mailbox_id, mailbox.active)
        return active or not self.rules.inactive_mailboxes

    def switch(self, mailbox_id: str, active: bool) -> None:
        """Deactivate a mailbox, or activate it again."""
        switched = self._switched | {mailbox_id: active}
        self.store.set_setting("inactive", msgspec.json.encode(switched).decode())
        self._catch_up()

    def set_faults(self, text: str) -> None:
        """Put the faults of this JSON text in force, in place of all others; their draws begin anew."""
        self.store.set_setting("faults", text)
        self._faults = ""
        self._catch_up()

    def faults_in_force(self) -> bool:
        """Looks at the store each time, since another process may have set them."""
        self._look_again(self.store.peek_generation())
        return bool(self._dice)

    def strikes(self, kind: type[F], route: str, mailbox: str) -> F | None:
        """The fault of this kind that befalls this request, if any: each call is a draw."""
        if not self._dice:
            return None
        # Draws are counted by mailbox: what is none must not make the counts grow.
        known = mailbox if mailbox in self.directory.mailboxes else ""
        return self._dice.strikes(kind, route, known, self.store.time())

    def _route(self, message: Message) -> str | Failure:
        return self.routing.route(message, self.store.now)

    def _collects(self, mailbox_id: str) -> bool:
        return self.is_active(self.directory.party(mailbox_id))

    def _handle(self, recipient: str) -> Handling:
        if not self._dice:
            return AS_USUAL
        duplicate = self.strikes(faults.Duplicate, "delivery", recipient)
        ahead = self.strikes(faults.OutOfOrder, "delivery", recipient)
        delay = self.strikes(faults.Delay, "delivery", recipient)
        early = self.strikes(faults.ExpireEarly, "delivery", recipient)
        return Handling(
            copies=duplicate.copies if duplicate else 0,
            places_ahead=ahead.places if ahead else 0,
            delay=delay.seconds if delay else 0.0,
            expires_in=early.seconds if early else protocol.INBOX_SECONDS,
        )

    def _admit(self, token: Token) -> None:
        if not self.store.use_token(token) and self.rules.token_once:
            raise MeshError(protocol.TOKEN_USED)
        if not self.is_active(self.directory.mailboxes[token.mailbox_id]):
            raise MeshError(protocol.MAILBOX_INACTIVE)

    def _catch_up(self) -> None:
        self._look_again(self.store.generation)
        second = int(self.store.now)
        if second != self._swept_at:
            self._swept_at = second
            self.delivery.sweep()
        minute = int(time.time()) // 60
        if minute != self._forgotten:
            self._forgotten = minute
            oldest = datetime.fromtimestamp((minute - 1) * 60 - protocol.TOKEN_WINDOW_SECONDS, UTC)
            self.store.forget_tokens(oldest.strftime("%Y%m%d%H%M"))

    def _forget(self) -> None:
        """Look at everything anew: what was remembered may have been undone."""
        self._generation = self._swept_at = self._forgotten = 0

    def _look_again(self, generation: int) -> None:
        if generation == self._generation:
            return
        self._generation = generation
        self._swept_at = 0
        self._switched = msgspec.json.decode(self.store.setting("inactive"), type=dict[str, bool])
        text = self.store.setting("faults")
        if text != self._faults:  # else the draws go on where they were, whatever the clock does
            self._faults = text
            self._dice = Dice(msgspec.json.decode(text, type=list[faults.AnyFault]))
