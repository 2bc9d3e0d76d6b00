"""This project's own pipeline as a client to be graded: `python -m tests.grading.pipeline prepare|send|receive|stored`.

    PYTHONPATH=$PWD mesh-simulator grade tests/grading/pipeline.toml

Its commands are `pilot intake`, as an office runs them; what it keeps is read from its ledger.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

from pilot.evidence import load_assumptions
from pilot.experiment import generate_batches, load_scenario
from pilot.experiment.arm_setup import setup_of
from pilot.pipeline.settings import ledger_of

ROOT = Path(__file__).parents[2]
PASSWORD = "a password to be graded by"


def prepare(home: Path) -> None:
    """A small batch of an office's, and its mailboxes and workflows."""
    scenario = load_scenario("quick").changed(results=6)
    generate_batches(scenario, seed=3, out=home / "batch")
    lines = (home / "batch" / "practices.jsonl").read_bytes().splitlines()
    (home / "world").mkdir()
    setup_of(scenario, "coded", 3, lines, load_assumptions()).write("coded", PASSWORD, home / "world")


def intake(home: Path, *files: str) -> int:
    if not Path("pilot.toml").exists():
        Path("pilot.toml").write_text(
            f'[office]\nods = "KXX"\nname = "KELDERBY"\n[mesh]\nurl = "{os.environ["MESH_URL"]}"\n'
            f'mailbox = "{os.environ["MESH_MAILBOX"]}"\n[coding]\ncode_set = "interim-2026-11"\n',
            "utf-8",
        )
        shutil.copytree(home / "batch" / "inbox", "inbox")
    names = {"PILOT_MESH_PASSWORD": "MESH_PASSWORD", "PILOT_MESH_SHARED_KEY": "MESH_SHARED_KEY"}
    environ = (
        os.environ | {ours: os.environ[theirs] for ours, theirs in names.items()} | {"PYTHONPATH": str(ROOT)}
    )
    return subprocess.run(
        [sys.executable, "-m", "pilot", "intake", *files], env=environ, check=False
    ).returncode


def stored() -> None:
    path = ledger_of(Path("pilot.toml"), None)
    if path.exists():
        with sqlite3.connect(path) as ledger:
            for (mesh_id,) in ledger.execute("SELECT mesh_id FROM answer"):
                print(mesh_id)


def main(command: str) -> int:
    home = Path(os.environ["GRADE_HOME"])
    if command == "prepare":
        prepare(home)
    elif command == "stored":
        stored()
    else:
        return intake(home, *(["inbox"] if command == "send" else []))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
