"""The parts of the server, wired together: who is registered, what is stored, which rules hold, what time it is."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from simulators.mesh import protocol
from simulators.mesh.delivery import Delivery
from simulators.mesh.directory import Directory, Mailbox
from simulators.mesh.errors import MeshError
from simulators.mesh.rules import Rules
from simulators.mesh.store.store import Store
from simulators.mesh.token import Token

T = TypeVar("T")


class Exchange:
    """One MESH environment. All requests, of whichever mailbox, go through it."""

    def __init__(self, directory: Directory, store: Store, shared_key: str, rules: Rules) -> None:
        self.directory = directory
        self.store = store
        self.rules = rules
        self.delivery = Delivery(store, expiry=rules.expiry)
        self._shared_key = shared_key.encode()
        self._generation = 0
        self._swept_at = 0
        self._forgotten = 0
        self._switched: dict[str, bool] = {}

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
        return self._switched.get(mailbox.mailbox_id, mailbox.active)

    def _admit(self, token: Token) -> None:
        if not self.store.use_token(token) and self.rules.token_once:
            raise MeshError(protocol.TOKEN_USED)
        mailbox = self.directory.mailboxes[token.mailbox_id]
        if self.rules.inactive_mailboxes and not self.is_active(mailbox):
            raise MeshError(protocol.MAILBOX_INACTIVE)

    def _catch_up(self) -> None:
        if self.store.generation != self._generation:
            self._generation = self.store.generation
            self._switched = msgspec.json.decode(self.store.setting("inactive"), type=dict[str, bool])
        second = int(self.store.now)
        if second != self._swept_at:
            self._swept_at = second
            self.delivery.sweep()
        minute = int(time.time()) // 60
        if minute != self._forgotten:
            self._forgotten = minute
            oldest = datetime.fromtimestamp((minute - 1) * 60 - protocol.TOKEN_WINDOW_SECONDS, UTC)
            self.store.forget_tokens(oldest.strftime("%Y%m%d%H%M"))
