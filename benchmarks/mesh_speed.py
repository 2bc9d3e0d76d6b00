"""How fast the MESH simulator takes and gives messages, beside mesh-sandbox and a bare Starlette + SQLite app.

    python -m benchmarks.mesh_speed [--sends N] [--rounds N] [--deep N]

All servers run in this one run, one worker each, on the same machine as the load; rounds are interleaved, so
that whatever else the machine does falls on all of them. Bodies are 4 KB of noise, 16 connections. Prints
Markdown tables of medians: requests a second, and CPU time a request, which other load disturbs less.
"""

import argparse
import json
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.mesh_load import Account, drive, request
from simulators.mesh.exchange import Settings
from simulators.mesh.levels import Level
from simulators.mesh.message import Message
from simulators.mesh.serve import Options, build
from simulators.mesh.store import Store

KEY = "benchmark"
SENDER, RECIPIENT, WORKFLOW = "X26ABC1", "X26ABC2", "TEST_WORKFLOW"
BODY = os.urandom(4096)
ACCEPT = {"Accept": "application/vnd.mesh.v2+json"}
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Server:
    name: str
    port: int
    process: subprocess.Popen[bytes]
    files: Path | None = None

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def rss_mb(self) -> float:
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def call(self, method: str, path: str) -> bytes:
        url = f"http://127.0.0.1:{self.port}{path}"
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=60) as reply:
            return bytes(reply.read())

    def empty(self) -> None:
        """Forget all messages, and what mesh-sandbox would read back from its files."""
        if self.files:
            shutil.rmtree(self.files, ignore_errors=True)
        self.call("DELETE", "/admin/reset")

    def measure(self, requests: list[bytes], expected: str) -> tuple[float, float]:
        """Answers a second, and microseconds of this server's CPU an answer."""
        before = self.cpu_seconds()
        rate = drive(self.port, requests)
        spent = self.cpu_seconds() - before
        if rate.statuses != {expected: len(requests)}:
            sys.exit(f"{self.name} answered {rate.statuses} where {expected} was expected")
        return rate.per_second, spent / len(requests) * 1e6


def sends(count: int) -> list[bytes]:
    headers = ACCEPT | {
        "Mex-To": RECIPIENT,
        "Mex-WorkflowID": WORKFLOW,
        "Content-Type": "application/fhir+json",
    }
    path = f"/messageexchange/{SENDER}/outbox"
    tokens = Account(SENDER, "password", KEY).tokens(count)
    return [request("POST", path, t, headers | {"Mex-LocalID": str(uuid.uuid4())}, BODY) for t in tokens]


def gets(paths: list[str], method: str = "GET") -> list[bytes]:
    tokens = Account(RECIPIENT, "password", KEY).tokens(len(paths))
    return [
        request(method, f"/messageexchange/{RECIPIENT}{p}", t, ACCEPT)
        for p, t in zip(paths, tokens, strict=True)
    ]


@contextmanager
def running(name: str, arguments: str, **environ: str) -> Iterator[Server]:
    """`arguments` to Python, with PORT where the port belongs."""
    port = free_port()
    command = [sys.executable, *(part.replace("PORT", str(port)) for part in arguments.split())]
    root = str(Path(__file__).parents[1])
    env = (
        os.environ
        | {"MESH_SHARED_KEY": KEY, "SHARED_KEY": KEY, "AUTH_MODE": "full", "PYTHONPATH": root}
        | environ
    )
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            if process.poll() is not None:
                sys.exit(f"{name} did not start")
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.05)
        files = environ.get("MAILBOXES_DATA_DIR")
        yield Server(name, port, process, Path(files) if files else None)
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


Measured = dict[str, list[tuple[float, float]]]  # by server: (a second, CPU us each), a round each


def compare(bare: Server, ours: Server, sandboxes: list[Server], count: int, rounds: int) -> None:
    """Sends, collecting (download and acknowledge), and pages of 500, on each of the servers.

    mesh-sandbox slows with every message, so it is asked for a fifth as many, to its advantage.
    """
    servers = [(bare, count), (ours, count), *((sandbox, count // 5) for sandbox in sandboxes)]
    for server, _ in servers:
        drive(server.port, sends(100))  # warm up
    found: dict[str, Measured] = {}
    for _ in range(rounds):
        for server, number in servers:
            server.empty()
            for name, measured in work(server, number).items():
                found.setdefault(name, {}).setdefault(server.name, []).append(measured)
    for name, of in found.items():
        mine = _medians(of[ours.name])
        print(f"\n| {name} | a second | CPU us each | ours to this | in CPU |\n|---|---|---|---|---|")
        for server, _ in servers:
            rate, cpu = _medians(of[server.name])
            print(
                f"| {server.name} | {rate:,.0f} | {cpu:,.0f} | {mine[0] / rate:.2f} | {cpu / mine[1]:.2f} |"
            )


def work(server: Server, count: int) -> dict[str, tuple[float, float]]:
    sent = server.measure(sends(count), "202")
    pages = server.measure(gets(["/inbox?max_results=500"] * (count // 10)), "200")
    ids = _waiting(server)
    taken = server.measure(gets([f"/inbox/{message_id}" for message_id in ids]), "200")
    done = server.measure(gets([f"/inbox/{i}/status/acknowledged" for i in ids], "PUT"), "200")
    both = 2 / (1 / taken[0] + 1 / done[0]), (taken[1] + done[1]) / 2
    return {"4 KB sends, empty at the start": sent, "download and acknowledge": both, "list 500": pages}


def _waiting(server: Server) -> list[str]:
    """Ids of the first 500 that wait."""
    return list(json.loads(_body(server, "/inbox?max_results=500"))["messages"])


def compare_depth(shallow: Server, deep: Server, depth: int, rounds: int) -> None:
    """The same operations on two of ours, one with a page's worth waiting, one with `depth` messages."""
    found: dict[str, Measured] = {}
    for _ in range(rounds):
        shallow.call("DELETE", "/admin/reset")
        drive(shallow.port, sends(500))
        for server in (shallow, deep):
            for name, measured in operations(server).items():
                found.setdefault(name, {}).setdefault(server.name, []).append(measured)
    print(f"\n| this simulator | 500 waiting, a second | {depth:,} waiting, a second | ratio | in CPU |")
    print("|---|---|---|---|---|")
    for name, of in found.items():
        (rate, cpu), (rate_deep, cpu_deep) = _medians(of[shallow.name]), _medians(of[deep.name])
        print(f"| {name} | {rate:,.0f} | {rate_deep:,.0f} | {rate_deep / rate:.2f} | {cpu / cpu_deep:.2f} |")
    print(
        f"\nresident memory with {depth:,} waiting: {deep.rss_mb():.0f} MB, with 500: {shallow.rss_mb():.0f} MB"
    )


def fill(path: Path, waiting: int) -> None:
    """A store in which so many messages of 256 bytes wait, put there as the server puts them."""
    options = Options(db=path, settings=Settings(KEY, Level.STRICT))
    with closing(Store(path)) as store:
        exchange = build(options, store).state.exchange

        def some(number: int) -> None:
            for _ in range(number):
                message = Message(
                    message_id=store.new_id(),
                    sender=SENDER,
                    recipient=RECIPIENT,
                    mex_to=RECIPIENT,
                    workflow_id=WORKFLOW,
                    created_at=store.now,
                    file_size=256,
                    local_id=str(uuid.uuid4()),
                )
                exchange.delivery.accept(message, BODY[:256])

        for start in range(0, waiting, 10_000):
            number = min(10_000, waiting - start)
            store.transact_now(partial(some, number))


def compare_workers(one: Server, two: tuple[Server, Server], count: int, rounds: int) -> None:
    """The same sends to one process, and half to each of two processes on one file."""
    alone: list[float] = []
    shared: list[float] = []
    for _ in range(rounds):
        for servers, rates in (((one,), alone), (two, shared)):
            servers[0].call("DELETE", "/admin/reset")
            rates.append(together(servers, count))
    rate, rate_shared = statistics.median(alone), statistics.median(shared)
    print(
        f"\n| sends on one file | a second | to one worker |\n|---|---|---|\n| one worker | {rate:,.0f} | 1.00 |"
    )
    print(f"| two workers | {rate_shared:,.0f} | {rate_shared / rate:.2f} |")


def together(servers: Sequence[Server], count: int) -> float:
    """Sends a second, from a load generator of its own for each server."""
    shares = [sends(count // len(servers)) for _ in servers]
    with ThreadPoolExecutor(len(servers)) as pool:
        start = time.perf_counter()
        for rate in pool.map(lambda pair: drive(pair[0].port, pair[1]), zip(servers, shares, strict=True)):
            if set(rate.statuses) != {"202"}:
                sys.exit(f"a worker answered {rate.statuses}")
        return count / (time.perf_counter() - start)


def _medians(measured: list[tuple[float, float]]) -> tuple[float, float]:
    return statistics.median(rate for rate, _ in measured), statistics.median(cpu for _, cpu in measured)


def operations(server: Server) -> dict[str, tuple[float, float]]:
    """Rate and CPU of a page of ten, a whole page, a download, and a send."""
    ids = _waiting(server)
    return {
        "list, 10 a page": server.measure(gets(["/inbox?max_results=10"] * 1000), "200"),
        "list, 500 a page": server.measure(gets(["/inbox?max_results=500"] * 500), "200"),
        "download": server.measure(gets([f"/inbox/{message_id}" for message_id in ids] * 2), "200"),
        "send": server.measure(sends(1000), "202"),
    }


def _body(server: Server, path: str) -> bytes:
    token = Account(RECIPIENT, "password", KEY).tokens(1)[0]
    url = f"http://127.0.0.1:{server.port}/messageexchange/{RECIPIENT}{path}"
    asked = urllib.request.Request(url, headers=ACCEPT | {"Authorization": token})
    with urllib.request.urlopen(asked, timeout=60) as reply:
        return bytes(reply.read())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sends", type=int, default=4000, help="a round; mesh-sandbox a fifth of it")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--deep", type=int, default=1_000_000, help="messages waiting in one mailbox")
    options = parser.parse_args()
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f} at the start\n"
    )
    bare_script = Path(__file__).with_name("mesh_bare.py")
    sandbox = "-m uvicorn mesh_sandbox.api:app --port PORT --log-level critical --no-access-log"
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        start = stack.enter_context
        bare = start(running("bare Starlette + SQLite", f"{bare_script} PORT {folder}/bare.sqlite"))
        strict = "-m simulators.mesh --level strict --port PORT"
        ours = start(running("this simulator", f"{strict} --db {folder}/mesh.sqlite"))
        files = {"STORE_MODE": "file", "MAILBOXES_DATA_DIR": f"{folder}/sandbox"}
        durable = start(running("mesh-sandbox, file store", sandbox, **files))
        memory = start(running("mesh-sandbox, memory only", sandbox, STORE_MODE="memory"))
        compare(bare, ours, [durable, memory], options.sends, options.rounds)
        two = ours, start(running("this simulator, a second worker", f"{strict} --db {folder}/mesh.sqlite"))
        compare_workers(ours, two, options.sends, options.rounds)
        fill(Path(folder) / "deep.sqlite", options.deep)
        deep = start(running("this simulator, deep", f"{strict} --db {folder}/deep.sqlite"))
        compare_depth(ours, deep, options.deep, options.rounds)
    print(f"\nload {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
