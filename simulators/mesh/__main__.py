"""`mesh-simulator`, or `python -m simulators.mesh`: run a MESH server on this machine."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from simulators.mesh.serve import DEFAULT_PORT, LOOPBACK, UsageError, options_from, serve


def main(arguments: Sequence[str] | None = None, prog: str = "mesh-simulator") -> int:
    try:
        given = vars(_parser(prog).parse_args(arguments))
        serve(options_from(given, os.environ, _tell))
    except UsageError as error:
        _tell(str(error))
        return 2
    return 0


def _tell(line: str) -> None:
    print(f"mesh: {line}", file=sys.stderr)


def _parser(prog: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=prog, description="Run a MESH server on this machine: docs/mesh.md."
    )
    add = parser.add_argument
    add("--port", type=int, help=f"0 for any free one; {DEFAULT_PORT} unless PORT says otherwise")
    add("--host", default=LOOPBACK, help="an address other than loopback lets others in")
    add(
        "--level",
        choices=["sandbox", "warn", "strict"],
        help="how much of MESH is held to; warn unless given",
    )
    add("--db", type=Path, help="SQLite file to keep messages in; without it, memory")
    add("--mailboxes", type=Path, help="mailboxes.jsonl, as mesh-sandbox has it")
    add("--workflows", type=Path, help="workflows.jsonl, as mesh-sandbox has it")
    add("--practices", type=Path, help="practices.jsonl: patients, for GPPROVIDER_ addresses")
    add("--messages", type=Path, help="folder of messages to begin with, as mesh-sandbox's store has it")
    add("--faults", type=Path, help="JSON file of faults in force from the start")
    add("--shared-key", help="better in MESH_SHARED_KEY: others can read a command line")
    add("--tls", action="store_true", help="serve https with a certificate made now")
    add("--tls-cert", type=Path, help="PEM certificate: serve https")
    add("--tls-key", type=Path, help="its PEM key")
    add("--client-ca", type=Path, help="PEM file of CAs: ask clients for certificates")
    add("--log-requests", action="store_true", help="a line on stderr for each request")
    return parser


if __name__ == "__main__":
    sys.exit(main())
