"""A MESH client held to MESH's rules: it is run as a program, through each scenario, and what it did is graded.

The client is described by a TOML file (docs/mesh.md). Nothing is asked of its inside: what counts is what it asked of
the server, what arrived, and what it says that it keeps.
"""

import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from simulators.mesh.directory import Sources
from simulators.mesh.errors import UsageError
from simulators.mesh.exchange import Settings
from simulators.mesh.levels import Level
from simulators.mesh.serve import Options
from simulators.mesh.testing import Mesh, running

_SECONDS: Final = 120.0
_RUNS: Final = 4  # so often it may be run again until all is done


class Subject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The client to be graded: its commands, its mailbox, and what is sent to it.

    `send` sends what it has to send, `receive` collects and keeps, `stored` prints the id (MESH's, or the sender's
    local id) of each message that it keeps, a line each; `{python}` in them is the Python that grades. Each runs in
    the scenario's own folder, with MESH_URL, MESH_MAILBOX, MESH_PASSWORD and MESH_SHARED_KEY in its environment.
    `prepare` runs once before all, in the working folder, and fills the folder that GRADE_HOME names from then on;
    `mailboxes` and `workflows` may lie in it.
    """

    name: str
    mailbox: str
    password: str
    send: str
    receive: str
    stored: str
    reply_from: str
    reply_workflow: str
    reply_text: str = "an answer to keep"
    prepare: str = ""
    mailboxes: str = ""
    workflows: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    scenario: str
    rule: str
    flaws: tuple[str, ...]
    seen: str


@dataclass
class Ground:
    """One scenario's server and folder, and the client in it."""

    mesh: Mesh
    subject: Subject
    folder: Path
    home: Path
    passwords: dict[str, str]
    expected: frozenset[str] = frozenset()
    flaws: list[str] = field(default_factory=list)

    def start(self, command: str) -> "subprocess.Popen[str]":
        given = {
            "MESH_URL": self.mesh.url,
            "MESH_MAILBOX": self.subject.mailbox,
            "MESH_PASSWORD": self.subject.password,
            "MESH_SHARED_KEY": self.mesh.shared_key,
            "GRADE_HOME": str(self.home),
        }
        return subprocess.Popen(  # noqa: S603 - the commands are the user's own
            _words(command),
            cwd=self.folder,
            env=os.environ | given,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, command: str) -> str:
        """What it printed. A client may leave with an error where MESH fails it; it may not hang."""
        process = self.start(command)
        try:
            return process.communicate(timeout=_SECONDS)[0]
        except subprocess.TimeoutExpired:
            _kill(process)
            self.flaws.append(f"`{command}` still ran after {_SECONDS:.0f} seconds")
            return ""

    def send(self) -> None:
        """Run it until all that it sends was accepted, or nothing more comes of it."""
        for _ in range(_RUNS):
            self.run(self.subject.send)
            if self.expected and self.expected <= self.sent().keys():
                return

    def receive(self) -> None:
        for _ in range(_RUNS):
            self.run(self.subject.receive)
            if self.mesh.counts(self.subject.mailbox)["inbox"] == 0:
                return

    def sent(self) -> Counter[str]:
        """How often each local id of the client's arrived somewhere."""
        told = self.mesh.admin.call("GET", f"messages?sender={self.subject.mailbox}")["messages"]
        return Counter(each["local_id"] for each in told)

    def stored(self) -> Counter[str]:
        return Counter(line.strip() for line in self.run(self.subject.stored).splitlines() if line.strip())

    def give(self, number: int = 1, **headers: str) -> dict[str, str]:
        """Send the client so many messages; local id by message id."""
        given = {}
        client = self.mesh.client(self.subject.reply_from, self.password_of(self.subject.reply_from))
        for n in range(number):
            local_id = f"grade-{time.monotonic_ns()}-{n}"
            body = f"{self.subject.reply_text} {n}".encode()
            message_id = client.send_message(
                self.subject.mailbox,
                body,
                workflow_id=self.subject.reply_workflow,
                local_id=local_id,
                **headers,
            )
            given[message_id] = local_id
        return given

    def password_of(self, mailbox: str) -> str:
        found = self.passwords.get(mailbox)
        if found is None:
            raise UsageError(f"reply_from = {mailbox!r} is no mailbox")
        return found

    def hold(self, condition: bool, flaw: str) -> None:
        if not condition:
            self.flaws.append(flaw)

    def all_sent_once(self) -> None:
        sent = self.sent()
        missing, double = self.expected - sent.keys(), {each for each, n in sent.items() if n > 1}
        self.hold(not missing, f"{len(missing)} of {len(self.expected)} messages never arrived")
        self.hold(not double, f"{len(double)} messages arrived more than once")

    def all_kept(self, given: dict[str, str]) -> None:
        stored = self.stored()
        lost = [each for each, local_id in given.items() if not stored[each] and not stored[local_id]]
        double = [each for each, local_id in given.items() if stored[each] + stored[local_id] > 1]
        self.hold(not lost, f"{len(lost)} of {len(given)} messages are not kept")
        self.hold(not double, f"{len(double)} messages are kept more than once")
        waiting = self.mesh.counts(self.subject.mailbox)["inbox"]
        self.hold(waiting == 0, f"{waiting} messages were not acknowledged")

    def asked(self, route: str, **wanted: Any) -> list[dict[str, Any]]:
        mine = [each for each in self.mesh.requests if each["mailbox"] == self.subject.mailbox]
        return [
            each for each in mine if each["route"] == route and all(each[k] == v for k, v in wanted.items())
        ]


def _words(command: str) -> list[str]:
    """A command's words; `{python}` is the Python that grades."""
    return shlex.split(command.replace("{python}", shlex.quote(sys.executable)))


def _kill(process: "subprocess.Popen[str]") -> None:
    """It and all that it started."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


# -- the scenarios


def handshake(ground: Ground) -> str:
    ground.send()
    ground.receive()
    shaken = ground.asked("handshake", status=200)
    ground.hold(bool(shaken), "it never shook hands")
    return f"{len(shaken)} handshakes"


def polling(ground: Ground) -> str:
    given = ground.give(12)
    ground.run(ground.subject.receive)
    ground.all_kept(given)
    lists = len(ground.asked("list"))
    ground.hold(lists <= 12, f"it listed its inbox {lists} times for 12 messages")
    return f"12 messages by {lists} listings in one run"


def empty_inbox(ground: Ground) -> str:
    ground.run(ground.subject.receive)
    asked = len(ground.asked("list")) + len(ground.asked("count"))
    ground.hold(asked > 0, "it did not look")
    ground.hold(not ground.asked("download"), "it downloaded from an empty inbox")
    return f"{asked} looks, no download"


def acknowledge_after_storing(ground: Ground) -> str:
    """The client is killed the moment its acknowledgement arrives: what it acknowledged must be kept by then."""
    given = ground.give(3)
    ground.mesh.faults.add("held", "latency", route="acknowledge", seconds=10)
    process = ground.start(ground.subject.receive)
    deadline = time.monotonic() + _SECONDS
    while not ground.asked("acknowledge") and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    acknowledged = {each["path"].split("/")[4] for each in ground.asked("acknowledge")}
    _kill(process) if process.poll() is None else process.communicate()
    ground.mesh.faults.clear()
    stored = ground.stored()
    early = [each for each in acknowledged if not stored[each] and not stored[given[each]]]
    ground.hold(bool(acknowledged), "it acknowledged nothing")
    ground.hold(not early, "it acknowledged a message that it did not keep")
    ground.receive()
    ground.all_kept(given)
    return f"killed at {len(acknowledged)} acknowledgement, kept by then"


def replay(ground: Ground) -> str:
    """Answers that are lost are asked for again with a new token: an old one would be refused (403)."""
    given = ground.give(2)
    for route in ("list", "download", "acknowledge", "send"):
        mine = {"route": route, "mailbox": ground.subject.mailbox}
        ground.mesh.faults.add(f"lost {route}", "reply_lost", times=1, **mine)
    ground.send()
    ground.receive()
    refused = [each for each in ground.mesh.requests if each["status"] == 403]
    ground.hold(not refused, f"{len(refused)} requests with a token that was used before")
    ground.all_sent_once()
    ground.all_kept(given)
    return "4 lost answers, no token twice"


def reports(ground: Ground) -> str:
    ground.send()
    ground.mesh.clock.advance(days=5)
    waiting = ground.mesh.counts(ground.subject.mailbox)["inbox"]
    ground.hold(waiting == len(ground.expected), f"{waiting} reports of {len(ground.expected)} messages")
    ground.run(ground.subject.receive)
    told = ground.mesh.admin.call("GET", f"messages?recipient={ground.subject.mailbox}")["messages"]
    stored = ground.stored()
    lost = [each for each in told if not stored[each["message_id"]] and not stored[each["local_id"]]]
    ground.hold(not lost, f"{len(lost)} reports are not kept")
    left = ground.mesh.counts(ground.subject.mailbox)["inbox"]
    ground.hold(left == 0, f"{left} reports were not acknowledged")
    return f"{waiting} reports, each kept and acknowledged"


def duplicates(ground: Ground) -> str:
    """One message under two ids: both are taken off the inbox."""
    ground.mesh.faults.add("doubled", "duplicate", recipient=ground.subject.mailbox)
    given = ground.give(2)
    ground.receive()
    ground.all_kept(given)
    return "2 messages, each delivered twice"


def lost_reply(ground: Ground) -> str:
    ground.mesh.faults.add("lost", "reply_lost", route="send", mailbox=ground.subject.mailbox, times=1)
    ground.send()
    ground.all_sent_once()
    return f"{len(ground.expected)} messages, one answer lost, each there once"


def outage(ground: Ground) -> str:
    ground.mesh.faults.add("down", "error", status=503, mailbox=ground.subject.mailbox, times=3)
    ground.mesh.faults.add("gone", "reset", mailbox=ground.subject.mailbox, after=3, times=3)
    ground.send()
    ground.receive()
    ground.all_sent_once()
    return "3 times 503 and 3 resets"


def too_many(ground: Ground) -> str:
    ground.mesh.faults.add("limit", "rate_limit", mailbox=ground.subject.mailbox, times=2)
    ground.send()
    ground.all_sent_once()
    return "429 twice"


def proxy_page(ground: Ground) -> str:
    """A page of HTML is no answer of MESH's, whatever its status."""
    given = ground.give(2)
    ground.mesh.faults.add("page", "html", mailbox=ground.subject.mailbox, times=2)
    ground.send()
    ground.receive()
    ground.all_sent_once()
    ground.all_kept(given)
    return "2 pages in the place of answers"


def chunks(ground: Ground) -> str:
    given = ground.give(1)
    client = ground.mesh.client(
        ground.subject.reply_from, ground.password_of(ground.subject.reply_from), max_chunk_size=1000
    )
    local_id = f"grade-chunks-{time.monotonic_ns()}"
    body = (ground.subject.reply_text * 3000)[:2500].encode()
    message_id = client.send_message(
        ground.subject.mailbox, body, workflow_id=ground.subject.reply_workflow, local_id=local_id
    )
    given[message_id] = local_id
    ground.receive()
    ground.all_kept(given)
    parts = {each["path"] for each in ground.asked("download") if message_id in each["path"]}
    ground.hold(len(parts) >= 3, f"it asked for {len(parts)} of 3 chunks")
    return f"a message in 3 chunks, asked for in {len(parts)}"


def expiry(ground: Ground) -> str:
    """What expired between listing and download is gone (410): the rest is collected all the same."""
    given = ground.give(3)
    ground.mesh.faults.add("gone", "error", route="download", status=410, code="20", times=1)
    ground.receive()
    ground.all_kept(given)
    return "one of 3 gone at first, all collected"


SCENARIOS: Final[dict[str, tuple[str, Callable[[Ground], str]]]] = {
    "handshake": ("shakes hands, which MESH asks for once in 24 hours", handshake),
    "polling": ("collects all that waits, without listing once a message", polling),
    "empty inbox": ("looks, and downloads nothing", empty_inbox),
    "acknowledge after storing": ("keeps a message before it acknowledges it", acknowledge_after_storing),
    "replay": ("makes a new token for each request", replay),
    "reports": ("takes what was never collected for a failure to know of", reports),
    "duplicates": ("takes both copies off its inbox, and loses neither", duplicates),
    "lost reply": ("sends nothing twice where the answer was lost", lost_reply),
    "outage": ("goes on when MESH is back", outage),
    "too many requests": ("tries again later where MESH says so", too_many),
    "proxy's page": ("takes only MESH's answers for answers", proxy_page),
    "chunks": ("collects every chunk", chunks),
    "expiry": ("goes on where a listed message is gone", expiry),
}


def read_subject(path: Path) -> Subject:
    """Raises UsageError."""
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8"))["client"], Subject)
    except KeyError:
        raise UsageError(f"{path} has no table [client]: see docs/mesh.md") from None
    except (OSError, ValueError, RecursionError, msgspec.ValidationError) as error:
        raise UsageError(f"{path} describes no client: {error}") from error


def grade(subject: Subject, only: Sequence[str] = ()) -> Iterator[Verdict]:
    """A verdict on each scenario, as it is reached. Raises UsageError where the client does nothing at all."""
    unknown = set(only) - SCENARIOS.keys()
    if unknown:
        raise UsageError(
            f"no scenario is called {', '.join(sorted(unknown))}: give of {', '.join(SCENARIOS)}"
        )
    with tempfile.TemporaryDirectory() as home:
        if subject.prepare:
            environ = os.environ | {"GRADE_HOME": home}
            done = subprocess.run(_words(subject.prepare), env=environ, check=False)  # noqa: S603
            if done.returncode:
                raise UsageError(f"`{subject.prepare}` left with exit code {done.returncode}")
        with _ground(subject, Path(home), frozenset()) as ground:
            ground.run(subject.send)
            expected = frozenset(ground.sent())
        if not expected:
            raise UsageError(f"`{subject.send}` sent nothing while all was well")
        for name, (rule, scenario) in SCENARIOS.items():
            if only and name not in only:
                continue
            with _ground(subject, Path(home), expected) as ground:
                seen = scenario(ground)
            yield Verdict(name, rule, tuple(ground.flaws), seen)


@contextmanager
def _ground(subject: Subject, home: Path, expected: frozenset[str]) -> Iterator[Ground]:
    sources = Sources(
        home / subject.mailboxes if subject.mailboxes else None,
        home / subject.workflows if subject.workflows else None,
    )
    options = Options(port=0, sources=sources, settings=Settings("a key to be graded by", Level.STRICT))
    with tempfile.TemporaryDirectory() as folder, running(options) as mesh:
        passwords = {each.mailbox_id: each.password for each in sources.directory().mailboxes.values()}
        ground = Ground(mesh, subject, Path(folder), home, passwords, expected)
        try:
            yield ground
        finally:
            mesh.close_clients()


def report(subject: Subject, verdicts: Sequence[Verdict]) -> str:
    """The graded report, as Markdown."""
    good = sum(not verdict.flaws for verdict in verdicts)
    lines = [
        f"**{subject.name}: {good} of {len(verdicts)} scenarios clean.**",
        "",
        "| scenario | a client | verdict | what was seen |",
        "|---|---|---|---|",
    ]
    for verdict in verdicts:
        told = "; ".join(verdict.flaws) or verdict.seen
        lines.append(
            f"| {verdict.scenario} | {verdict.rule} | {'flawed' if verdict.flaws else 'clean'} | {told} |"
        )
    return "\n".join(lines) + "\n"
