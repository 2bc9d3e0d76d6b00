"""`make bench`: one table of ratios, each beside a peer, a limit or a smaller size of itself, in one run.

    python -m benchmarks.bench [--quick] [--only WORDS] [--to FILE]

All in processor seconds, so that whatever else the machine does weighs little; what is compared takes turns, and
the best round of each counts. `ratio` is the peer's cost over ours: above 1, ours costs less. JSON with the machine
goes to FILE. What each row means, and why some fall short, is in `docs/performance.md`.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import numpy as np
from faker import Faker
from fhir.resources.R4B.bundle import Bundle
from mesh_client import MeshClient

from benchmarks import console, desk_pile, desk_receiving, messages_build, reading_sil
from benchmarks.mesh_speed import Server, gets, running, sends
from generators import GenerationSpec, Office
from generators.people.office_people import draw_office_people
from pilot.nbss import Batch, Limits, check
from pilot.nbss.recognise import read_file
from pilot.pipeline.overview import Overview, Wanted

ROUNDS = 3
# What one result takes by MESH: sent and collected, and two answers to it sent and collected.
MESSAGES_A_RESULT = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison. `ours` and `peer` are costs in `unit`; `beside` says what the peer is."""

    what: str
    unit: str
    ours: float
    peer: float
    beside: str

    @property
    def ratio(self) -> float:
        return self.peer / self.ours


def cost(job: Callable[[], object]) -> float:
    """Processor seconds of this process."""
    began = time.process_time()
    job()
    return time.process_time() - began


def in_turn(ours: Callable[[], float], peer: Callable[[], float]) -> tuple[float, float]:
    """The best round of each, taking turns."""
    rounds = [(ours(), peer()) for _ in range(ROUNDS)]
    return min(one for one, _ in rounds), min(other for _, other in rounds)


def reading(size: int) -> Iterator[Row]:
    """Pages of a SIL report: bytes to checked records, beside pdfplumber's characters to lines alone."""
    with tempfile.TemporaryDirectory() as folder:
        report = reading_sil.report_of(Path(folder), size)
        ours, peer = in_turn(
            lambda: cost(lambda: check(Batch((read_file(report, report.name, Limits()),)))) / size,
            lambda: cost(lambda: reading_sil.plumbed(report)) / len(range(0, size, 10)),
        )
    yield Row("a SIL page, read and checked", "ms", ours * 1e3, peer * 1e3, "pdfplumber, to lines only")


def messages(size: int) -> Iterator[Row]:
    """FHIR messages, without the page, which costs both the same."""
    coded = messages_build.bare_example()
    content = json.loads(messages_build.build(coded))
    ours, peer = in_turn(
        lambda: cost(lambda: [messages_build.build(coded) for _ in range(size)]) / size,
        lambda: cost(lambda: [Bundle.model_validate(content).model_dump_json() for _ in range(size)]) / size,
    )
    yield Row("a result's message, built", "us", ours * 1e6, peer * 1e6, "fhir.resources")


def people(size: int) -> Iterator[Row]:
    """Named people with NHS numbers, addresses, registrations, and bystanders; Faker: name, address, birthday."""
    office = Office("Feathering", "KXX", ("BREAST SCREENING", "ZZ9 9ZZ"), "01632 960123")
    spec = GenerationSpec(office, max(2, size // 400), size, date(2026, 1, 5), 364)
    fake = Faker("en_GB")

    def plain() -> None:
        for _ in range(size // 10):
            fake.last_name(), fake.first_name_female(), fake.address(), fake.date_of_birth()

    ours, peer = in_turn(
        lambda: (
            cost(lambda: draw_office_people(np.random.default_rng(1), np.random.default_rng(2), spec)) / size
        ),
        lambda: cost(plain) / (size // 10),
    )
    yield Row(
        "a participant, with four bystanders", "us", ours * 1e6, peer * 1e6, "one person by plain Faker"
    )


def desk(size: int) -> Iterator[Row]:
    """Items through a pile worked by two people."""
    work = desk_pile.items(size, 2)
    ours, peer = in_turn(
        lambda: desk_pile.with_pile(work, 2, desk_pile.always) / size,
        lambda: desk_pile.with_simpy(work[: size // 10], 2) / (size // 10),
    )
    yield Row("an item of a desk's pile", "us", ours * 1e6, peer * 1e6, "SimPy")


def mesh(size: int) -> Iterator[Row]:
    """A send and a page of 500, at the server: beside mesh-sandbox, and the least that a durable server does."""
    bare = Path(__file__).with_name("mesh_bare.py")
    sandbox = "-m uvicorn mesh_sandbox.api:app --port PORT --log-level critical --no-access-log"
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        strict = f"-m simulators.mesh --level strict --port PORT --db {folder}/mesh.sqlite"
        ours = stack.enter_context(running("this simulator", strict))
        peers = [
            stack.enter_context(running("mesh-sandbox, in memory", sandbox, STORE_MODE="memory")),
            stack.enter_context(running("a bare durable app", f"{bare} PORT {folder}/bare.sqlite")),
        ]
        for peer in peers:
            for what, work in (("a 4 KB send", sending), ("a page of 500", listing)):
                mine, theirs = in_turn(partial(work, ours, size), partial(work, peer, size))
                yield Row(f"{what} at MESH", "us", mine, theirs, peer.name)


def sending(server: Server, size: int) -> float:
    server.empty()
    return server.measure(sends(size), "202")[1]


def listing(server: Server, size: int) -> float:
    return server.measure(gets(["/inbox?max_results=500"] * (size // 10)), "200")[1]


def ledger(size: int) -> Iterator[Row]:
    """What the console asks of a ledger, at one size beside a tenth of it: the growth that it should have."""
    asked: dict[str, Callable[[Overview], object]] = {
        "find a name and a year": lambda book: book.find(Wanted("Smith 1966")),
        "where everything is": lambda book: book.position(console.NOW),
    }
    with tempfile.TemporaryDirectory() as folder:
        large, small = Path(folder, "large.sqlite"), Path(folder, "small.sqlite")
        console.fill(large, size)
        console.fill(small, size // 10)
        with Overview(large) as book, Overview(small) as tenth:
            for what, question in asked.items():
                ours, peer = in_turn(
                    partial(cost, partial(question, book)), partial(cost, partial(question, tenth))
                )
                yield Row(
                    f"{what}, {size:,} results", "ms", ours * 1e3, peer * 1e3, f"{size // 10:,} results"
                )


def chain(size: int) -> Iterator[Row]:
    """The coded arm of a whole run, all processes together, a result more; beside the client's own cost, and growth."""
    few, some, many = size // 4, size, 2 * size
    spent = {results: run(results) for results in (few, some, many)}
    late = (spent[many] - spent[some]) / (many - some)
    early = (spent[some] - spent[few]) / (some - few)
    yield Row("a result, coded arm", "ms", late * 1e3, client(size) * 1e3, "the MESH client's own cost of it")
    yield Row(
        f"a result, from {some:,} to {many:,}", "ms", late * 1e3, early * 1e3, f"from {few:,} to {some:,}"
    )


def run(results: int) -> float:
    """Processor seconds of `pilot run` and all that it starts."""
    with tempfile.TemporaryDirectory() as folder:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-m", "pilot", "run", "quick", "--arms", "coded", "--json"]
        command += ["--results", str(results), "--out", f"{folder}/run"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def client(size: int) -> float:
    """Processor seconds of mesh-client alone for what one result takes: the server's are not in it."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        url, _, _ = desk_receiving.world(stack, Path(folder), ["Z99001"])
        office, practice = (
            stack.enter_context(
                MeshClient(
                    url, name, desk_receiving.PASSWORD, shared_key=desk_receiving.KEY.encode(), verify=False
                )
            )
            for name in (desk_receiving.OFFICE, "Z99001OT001")
        )
        for one in (office, practice):
            one._session.trust_env = False

        def converse() -> None:
            for _ in range(size):
                for sender, receiver, to, flow in (
                    (office, practice, "Z99001OT001", "BREAST_SCREENING_RESULT"),
                    *[(practice, office, desk_receiving.OFFICE, "BREAST_SCREENING_RESULT_ACK")]
                    * (MESSAGES_A_RESULT - 1),
                ):
                    sent = sender.send_message(to, b"x" * 4096, workflow_id=flow, local_id=str(uuid.uuid4()))
                    receiver.retrieve_message(sent).read()
                    receiver.acknowledge_message(sent)

        return cost(converse) / size


SECTIONS: dict[str, tuple[Callable[[int], Iterator[Row]], int, int]] = {
    "reading": (reading, 500, 60),
    "messages": (messages, 5000, 1000),
    "people": (people, 39_500, 4000),
    "desk": (desk, 1_000_000, 100_000),
    "mesh": (mesh, 4000, 500),
    "ledger": (ledger, 100_000, 10_000),
    "chain": (chain, 2000, 200),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="small sizes: minutes on a busy machine")
    parser.add_argument("--only", default="", help=f"some of: {', '.join(SECTIONS)}")
    parser.add_argument("--to", type=Path, help="also write the rows and the machine there, as JSON")
    options = parser.parse_args()
    machine = {
        "python": platform.python_version(),
        "system": platform.platform(),
        "processors": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 1),
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": options.quick,
    }
    print("| what | cost | beside | its cost | ratio |\n|---|---|---|---|---|", flush=True)
    rows = []
    for name, (section, whole, small) in SECTIONS.items():
        if options.only and name not in options.only.split(","):
            continue
        for row in section(small if options.quick else whole):
            rows.append(asdict(row) | {"ratio": row.ratio})
            print(
                f"| {row.what} | {row.ours:,.3g} {row.unit} | {row.beside} | {row.peer:,.3g} {row.unit} "
                f"| {row.ratio:,.2f} |",
                flush=True,
            )
    machine["load_after"] = round(os.getloadavg()[0], 1)
    print(f"\n{machine['processors']} processors, load {machine['load_before']} to {machine['load_after']}")
    if options.to:
        options.to.write_text(json.dumps({"machine": machine, "rows": rows}, indent=2), "utf-8")


if __name__ == "__main__":
    main()
