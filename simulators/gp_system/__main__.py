"""`python -m simulators.gp_system`: run the GP systems of one arm on this machine."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from simulators.gp_system import GpSystemError, Options, serve
from simulators.gp_system.serve import DEFAULT_PORT
from simulators.serving import LOOPBACK


def main(arguments: Sequence[str] | None = None, prog: str = "python -m simulators.gp_system") -> int:
    """Serve until told to stop; 2 where it cannot start as asked."""
    parser = argparse.ArgumentParser(prog=prog, description=__doc__)
    parser.add_argument("--db", type=Path, required=True, help="SQLite file of this arm: the record")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 for any free one")
    parser.add_argument("--host", default=LOOPBACK, help="an address other than loopback lets others in")
    parser.add_argument("--practices", type=Path, help="practices.jsonl; without it the record is read-only")
    parser.add_argument("--mesh-url", help="where practices collect; without it they do not")
    parser.add_argument("--suppliers", type=Path, help="folder of further supplier files (TOML)")
    parser.add_argument(
        "--poll",
        type=float,
        metavar="SECONDS",
        help="collect and work by the clock of the wall, every so often; without it, when /admin says so",
    )
    try:
        serve(Options(**vars(parser.parse_args(arguments))))
    except GpSystemError as error:
        print(f"gp_system: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
