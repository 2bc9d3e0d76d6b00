"""The console script. Errors a user can act on become one line and exit code 2; bugs keep their traceback."""

import sys

from pilot.errors import UserError


def main() -> None:
    """Run the command line."""
    from pilot.cli import app  # noqa: PLC0415 - so that an error of ours is told plainly even here

    try:
        app()
    except UserError as error:
        sys.stderr.write(f"pilot: {error}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("pilot: stopped; what was done is kept, run it again to go on\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
