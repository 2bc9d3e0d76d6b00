"""Run another project's test suite against this MESH, with one line of it changed. Nothing is fetched, nothing kept.

    python -m tests.simulators.mesh.run_suite FOLDER --file conftest.py --change OLD NEW [--serve ...] [-- PYTEST...]

FOLDER is a copy of the suite that you have; it is copied once more, the one line of --file that holds OLD gets NEW in
its place, and pytest runs there. With --serve, a server runs beside it, started with what follows (in one string); in
--change, URL stands for its address.
"""

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from simulators.mesh.testing import running_process

ROOT = Path(__file__).parents[3]


def main() -> int:
    own, _, pytest_options = " ".join(map(shlex.quote, sys.argv[1:])).partition(" -- ")
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--file", required=True, help="the file with the line, from FOLDER on")
    parser.add_argument("--change", nargs=2, required=True, metavar=("OLD", "NEW"))
    parser.add_argument("--serve", help="options of the server to run beside it")
    parser.add_argument("--shared-key", default="TestKey")
    given = parser.parse_args(shlex.split(own))
    server = (
        nullcontext()
        if given.serve is None
        else running_process(*shlex.split(given.serve), shared_key=given.shared_key)
    )
    with tempfile.TemporaryDirectory() as folder, server as mesh:
        copy = Path(shutil.copytree(given.folder, Path(folder) / given.folder.name))
        old, new = given.change
        lines = (copy / given.file).read_text("utf-8").splitlines(keepends=True)
        found = [n for n, line in enumerate(lines) if old in line]
        if len(found) != 1:
            print(
                f"{given.file} has {len(found)} lines with {old!r}: give one that is there once",
                file=sys.stderr,
            )
            return 2
        lines[found[0]] = lines[found[0]].replace(old, new.replace("URL", mesh.url if mesh else ""))
        (copy / given.file).write_text("".join(lines), "utf-8")
        print(f"{given.file}:{found[0] + 1}: {lines[found[0]].strip()}", flush=True)
        environ = os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}
        command = [sys.executable, "-m", "pytest", *shlex.split(pytest_options)]
        return subprocess.run(command, cwd=folder, env=environ, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
