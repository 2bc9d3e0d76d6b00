"""`mesh-simulator`, or `python -m simulators.mesh`: run a MESH server on this machine, or grade a client."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from simulators.mesh.serve import DEFAULT_PORT, LOOPBACK, UsageError, options_from, serve


def main(arguments: Sequence[str] | None = None, prog: str = "mesh-simulator") -> int:
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    try:
        if arguments[:1] == ["grade"]:
            return _grade(arguments[1:], prog)
        given = vars(_parser(prog).parse_args(arguments))
        serve(options_from(given, os.environ, _tell))
    except UsageError as error:
        _tell(str(error))
        return 2
    return 0


def _grade(arguments: Sequence[str], prog: str) -> int:
    """Exit code 0 where every scenario is clean, 1 where one is not."""
    from simulators.mesh.grading import grade, read_subject, report  # noqa: PLC0415 - a server needs none of it

    parser = argparse.ArgumentParser(prog=f"{prog} grade", description="Hold a MESH client to MESH's rules.")
    parser.add_argument("client", type=Path, help="TOML file that describes it: docs/mesh.md")
    parser.add_argument("--out", type=Path, help="file for the report; without it, stdout")
    parser.add_argument("--only", action="append", default=[], help="this scenario alone; may be given again")
    given = parser.parse_args(arguments)
    subject, verdicts = read_subject(given.client), []
    for verdict in grade(subject, given.only):
        print(f"{verdict.scenario}: {'; '.join(verdict.flaws) or 'clean'}", file=sys.stderr)
        verdicts.append(verdict)
    text = report(subject, verdicts)
    if given.out:
        given.out.write_text(text, "utf-8")
    else:
        print(text)
    return int(any(verdict.flaws for verdict in verdicts))


def _tell(line: str) -> None:
    print(f"mesh: {line}", file=sys.stderr)


def _parser(prog: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Run a MESH server on this machine: docs/mesh.md. `grade CLIENT.toml` grades a client instead.",
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
