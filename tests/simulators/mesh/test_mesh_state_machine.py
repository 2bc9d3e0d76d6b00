"""Any history of sending, collecting, waiting, breaking and restarting leaves what a plain model says.

The model is a few lists and dictionaries written from the API description; it shares nothing with the server.
"""

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
)

from tests.simulators.mesh.mesh_server import RECIPIENT, SENDER, Local

FIVE_DAYS, THIRTY_DAYS = timedelta(days=5), timedelta(days=30)


@dataclass
class Held:
    """What the model knows of one message."""

    body: bytes
    mailbox: str
    total: int
    sent_at: datetime
    chunks: set[int]
    local_id: str
    arrived_at: datetime | None = None
    status: str = "uploading"
    about: str = ""  # a report: the message it is about


class Mesh(RuleBasedStateMachine):
    messages = Bundle("messages")

    @initialize()
    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.db = Path(self.folder.name) / "mesh.sqlite"
        self.mesh = Local(db=self.db)
        self.now = datetime(2026, 11, 2, 9, tzinfo=UTC)
        self.mesh.set_clock(self.now.isoformat())
        self.held: dict[str, Held] = {}
        self.inboxes: dict[str, list[str]] = {SENDER: [], RECIPIENT: []}
        self.acknowledged = self.expired = self.sent = 0

    def teardown(self) -> None:
        if hasattr(self, "mesh"):
            self.mesh.close()
            self.folder.cleanup()

    # -- what can happen

    @rule(target=messages, body=st.binary(min_size=1, max_size=20), total=st.integers(1, 3))
    def send(self, body: bytes, total: int) -> str:
        local_id = f"n{self.sent}"
        message_id = self.mesh.sent(body, chunk_range=f"1:{total}", localid=local_id)
        self.sent += 1
        self.held[message_id] = Held(body, RECIPIENT, total, self.now, {1}, local_id)
        if total == 1:
            self._arrive(message_id)
        return message_id

    @rule(message_id=messages, number=st.integers(2, 3))
    def add_a_chunk(self, message_id: str, number: int) -> None:
        held = self.held.get(message_id)
        total = held.total if held else 3
        headers = {"Mex-Chunk-Range": f"{number}:{max(total, number)}"}
        path = f"/outbox/{message_id}/{number}"
        status = self.mesh.call(SENDER, "POST", path, headers, content=b"more").status_code
        if held is None:
            assert status == 404
        elif held.status != "uploading":
            assert status == 423
        elif number > total:
            assert status == 417
        else:
            assert status == 202
            held.chunks.add(number)
            if len(held.chunks) == total:
                self._arrive(message_id)

    @rule(message_id=messages)
    def download(self, message_id: str) -> None:
        held = self.held.get(message_id)
        reply = self.mesh.download(message_id)
        if held is None:
            assert reply.status_code == 404
        elif held.status == "accepted":
            assert reply.status_code == (200 if held.total == 1 else 206)
            assert reply.content == held.body
        else:
            assert reply.status_code == 410

    @rule(message_id=messages)
    def acknowledge(self, message_id: str) -> None:
        held = self.held.get(message_id)
        assert self.mesh.acknowledge(message_id).status_code == (200 if held else 404)
        if held and held.status == "accepted":
            held.status = "acknowledged"
            self.inboxes[RECIPIENT].remove(message_id)
            self.acknowledged += 1

    @rule()
    def collect_a_report(self) -> None:
        for message_id in self.inboxes[SENDER][:1]:
            reply = self.mesh.download(message_id, SENDER)
            assert reply.headers["mex-messagetype"] == "REPORT"
            assert reply.headers["mex-linkedmsgid"] == self.held[message_id].about
            self.mesh.acknowledge(message_id, SENDER)
            self.held[message_id].status = "acknowledged"
            self.inboxes[SENDER].remove(message_id)

    @rule(hours=st.sampled_from([1, 23, 24, 119, 120, 121, 400, 800]))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.mesh.set_clock(self.now.isoformat())
        # Those that arrived first expire first; of those that arrived together, those sent first.
        for message_id, held in sorted(self.held.items(), key=lambda item: item[1].arrived_at or self.now):
            waiting = held.status == "accepted"
            if waiting and held.arrived_at and self.now >= held.arrived_at + FIVE_DAYS:
                held.status = "undeliverable"
                self.inboxes[held.mailbox].remove(message_id)
                self.expired += held.mailbox == RECIPIENT
                if not held.about:
                    self._reported(message_id, held.arrived_at + FIVE_DAYS)
        for message_id, held in list(self.held.items()):
            if held.status != "accepted" and self.now >= held.sent_at + THIRTY_DAYS:
                del self.held[message_id]

    @rule()
    def restart(self) -> None:
        self.mesh.close()
        self.mesh = Local(db=self.db)

    @rule()
    def a_failing_send(self) -> None:
        self.mesh.set_faults({"kind": "error", "route": "send"})
        assert self.mesh.send().status_code == 503
        self.mesh.set_faults()

    @rule(message_id=consumes(messages))
    def forget(self, message_id: str) -> None:
        """Say no more of this one, so that others get their turn; it stays where it is."""

    # -- what is always so

    @invariant()
    def inboxes_hold_what_they_should_in_order(self) -> None:
        for mailbox, expected in self.inboxes.items():
            assert self.mesh.inbox(mailbox) == expected

    @invariant()
    def counts_add_up(self) -> None:
        counts = self.mesh.counts(RECIPIENT)
        assert counts["inbox"] == len(self.inboxes[RECIPIENT])
        assert counts["acknowledged"] == self.acknowledged
        assert counts["expired"] == self.expired
        assert self.mesh.counts(SENDER)["sent"] == self.sent

    @invariant()
    def tracking_tells_where_each_message_stands(self) -> None:
        for held in list(self.held.values())[-3:]:
            if not held.about:
                reply = self.mesh.call(SENDER, "GET", f"/outbox/tracking/{held.local_id}")
                assert reply.json()["status"].lower() == held.status

    # -- the model's own moves

    def _arrive(self, message_id: str) -> None:
        held = self.held[message_id]
        held.arrived_at, held.status = self.now, "accepted"
        self.inboxes[held.mailbox].append(message_id)

    def _reported(self, about: str, at: datetime) -> None:
        """A report came at that time, and may have expired since, unseen. Its id is the server's to choose."""
        if self.now >= at + FIVE_DAYS:
            return
        known = set(self.held)
        new = [message_id for message_id in self.mesh.inbox(SENDER) if message_id not in known]
        for message_id in new:
            linked = self.mesh.download(message_id, SENDER).headers["mex-linkedmsgid"]
            if linked == about:
                self.held[message_id] = Held(b"", SENDER, 0, at, set(), "", at, "accepted", about)
                self.inboxes[SENDER].append(message_id)
                return
        pytest.fail(f"nobody told the sender of {about}")


Mesh.TestCase.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
TestAnyHistory = Mesh.TestCase


@pytest.mark.slow
class TestAnyLongHistory(Mesh.TestCase):  # type: ignore[misc, valid-type]
    settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
