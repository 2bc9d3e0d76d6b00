"""The console script. Errors a user can act on become one line; bugs keep their traceback. `ExitCode` has the codes."""

import io
import os
import sys
from typing import TextIO, cast

from pilot.errors import ExitCode, UserError, harmless, traceback_of


def main() -> None:
    """Run the command line."""
    sys.stdout, sys.stderr = _Harmless.over(sys.stdout), _Harmless.over(sys.stderr)
    try:
        code = _run()
    except UserError as error:
        sys.stderr.write(f"pilot: {error}\n")
        code = error.exit_code
    except BrokenPipeError:
        code = _nobody_reads()
    except Exception as bug:
        sys.stderr.write(f"Traceback, without messages, which may quote what came in:\n{traceback_of(bug)}")
        sys.stderr.write("pilot: this is a mistake of the toolkit's own; what was done is kept\n")
        code = ExitCode.BUG
    if code == ExitCode.STOPPED:
        sys.stderr.write("pilot: stopped; what was done is kept, run it again to go on\n")
    sys.exit(code)


def _run() -> int:
    """What Typer alone would leave with 1 has a code of its own: 1 is a run's finding."""
    import typer  # noqa: PLC0415 - so that an error of ours is told plainly even here

    from pilot.cli import app  # noqa: PLC0415

    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        return ExitCode.STOPPED
    except typer.TyperException as error:  # bad usage, which says itself how to ask for help
        cast("typer.BadParameter", error).show()
        return ExitCode.USER
    except SystemExit as leaving:
        if isinstance(leaving.__context__, BrokenPipeError):  # as `pilot status | head` does
            return _nobody_reads()
        raise
    return code if isinstance(code, int) else ExitCode.DONE


def _nobody_reads() -> int:
    """What is still to be flushed goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
    return ExitCode.NOBODY_READS


class _Harmless(io.TextIOWrapper):
    """A stream for people to look at: what could drive their terminal is replaced."""

    @classmethod
    def over(cls, stream: TextIO) -> TextIO:
        """The same stream, made harmless."""
        if not isinstance(stream, io.TextIOWrapper) or isinstance(stream, cls):
            return stream
        stream.flush()
        return cls(
            stream.buffer,
            encoding=stream.encoding,
            errors=stream.errors,
            line_buffering=stream.line_buffering,
            write_through=stream.write_through,
        )

    def write(self, text: str, /) -> int:
        """Write text, without what could drive a terminal."""
        return super().write(harmless(text))


if __name__ == "__main__":
    main()
