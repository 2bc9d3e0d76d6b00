"""`python -m simulators.mesh`: run a MESH server on this machine."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from simulators.mesh.serve import DEFAULT_PORT, LOOPBACK, Options, UsageError, serve


def main(arguments: Sequence[str] | None = None, prog: str = "python -m simulators.mesh") -> int:
    parser = argparse.ArgumentParser(
        prog=prog, description="Run a MESH server on this machine: docs/mesh.md."
    )
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 for any free one")
    parser.add_argument("--host", default=LOOPBACK, help="an address other than loopback lets others in")
    parser.add_argument("--db", type=Path, help="SQLite file to keep messages in; without it, memory")
    parser.add_argument("--mailboxes", type=Path, help="mailboxes.jsonl, as mesh-sandbox has it")
    parser.add_argument("--workflows", type=Path, help="workflows.jsonl, as mesh-sandbox has it")
    parser.add_argument("--practices", type=Path, help="practices.jsonl: patients, for GPPROVIDER_ addresses")
    parser.add_argument("--shared-key", help="better in MESH_SHARED_KEY: others can read a command line")
    parser.add_argument(
        "--compat", choices=["sandbox"], help="drop the rules that mesh-sandbox does not have"
    )
    parser.add_argument("--tls-cert", type=Path, help="PEM certificate: serve https")
    parser.add_argument("--tls-key", type=Path, help="its PEM key")
    parser.add_argument("--client-ca", type=Path, help="PEM file of CAs: ask clients for certificates")
    try:
        serve(Options(**vars(parser.parse_args(arguments))))
    except UsageError as error:
        print(f"mesh: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
