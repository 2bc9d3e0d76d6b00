"""The argument, 01 to 22, in one module, so that features that ask for the same run share it."""

from pathlib import Path

from pytest_bdd import scenarios

scenarios(*sorted(path.name for path in Path(__file__).parent.glob("*.feature") if path.name[:2] != "23"))
