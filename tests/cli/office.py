"""An office with its batch, its configuration, and a world of simulators to send to."""

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import requests

from pilot.__main__ import main
from pilot.evidence import load_assumptions
from pilot.experiment import generate_batches, load_scenario
from pilot.experiment.arm_setup import Secrets, setup_of
from pilot.experiment.processes import Control, Simulator
from pilot.pipeline.entry import LedgerEntry


@dataclass(frozen=True)
class Said:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The one line that a user error is: nothing on stdout, exit code 2, no traceback."""
        assert self.code == 2, self
        assert self.out == "", self
        (line,) = self.err.splitlines()
        assert "Traceback" not in line
        return line

    @property
    def json(self) -> Any:
        """Stdout, all of which is JSON."""
        return json.loads(self.out)


def run(*arguments: str, cwd: Path, environment: Mapping[str, str] | None = None) -> Said:
    """`pilot ARGUMENTS` in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "pilot", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def within(*arguments: str, cwd: Path, environment: Mapping[str, str] | None = None) -> Said:
    """`pilot ARGUMENTS` within this process, with no terminal: the same, without the cost of starting one."""
    out, err = io.StringIO(), io.StringIO()
    with (
        pytest.MonkeyPatch.context() as here,
        redirect_stdout(out),
        redirect_stderr(err),
        Path(os.devnull).open(encoding="utf-8") as nothing,
    ):
        here.setattr(sys, "argv", ["pilot", *arguments])
        here.setattr(sys, "stdin", nothing)
        here.chdir(cwd)
        for name, value in (environment or {}).items():
            here.setenv(name, value)
        with pytest.raises(SystemExit) as left:
            main()
    code = left.value.code or 0
    assert isinstance(code, int)
    return Said(code, out.getvalue(), err.getvalue())


@dataclass
class Office:
    """`folder` holds the generated batch, pilot.toml and the ledger."""

    folder: Path
    secrets: Secrets
    mesh: Simulator
    gp: Simulator
    controls: list[Control] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PILOT_MESH_PASSWORD": self.secrets.office_password,
            "PILOT_MESH_SHARED_KEY": self.secrets.shared_key,
        }

    def practices_collect(self) -> None:
        self.controls[1].go_round(["collect", "work"])

    def mesh_dies(self) -> None:
        """`kill -9`, and it is gone when this returns."""
        self.mesh.kill()
        while self.mesh.alive:
            time.sleep(0.01)

    def record(self, entry: LedgerEntry, status: str = "final") -> list[str]:
        """The days that the practice's record has for that result."""
        number = f"https://fhir.nhs.uk/Id/nhs-number|{entry.nhs_number}"
        asked = {"patient.identifier": number, "status": status}
        url = f"{self.gp.url}/fhir/{entry.practice}/Observation"
        with requests.Session() as session:
            session.trust_env = False
            found = session.get(url, params=asked, timeout=30).json()
        return [row["resource"]["effectiveDateTime"] for row in found.get("entry", [])]

    def sent(self) -> int:
        """How many messages of the office MESH ever took."""
        return int(self.controls[0].counts()["mailboxes"]["KXXOT001"]["sent"])


@contextmanager
def office(
    folder: Path, scenario_name: str = "quick", results: int = 24, days: int = 3, seed: int = 3
) -> Iterator[Office]:
    """A batch in `folder`/inbox, and MESH and GP systems running beside it."""
    scenario = load_scenario(scenario_name).changed(results=results)
    scenario = replace(scenario, generation=replace(scenario.generation, days=days))
    generate_batches(scenario, seed=seed, out=folder / "batch")
    (folder / "batch" / "inbox").rename(folder / "inbox")
    secrets = Secrets.made()
    world = folder / "world"
    world.mkdir()
    practices = folder / "batch" / "practices.jsonl"
    lines = practices.read_bytes().splitlines()
    files = setup_of(scenario, "coded", seed, lines, load_assumptions()).write(
        "coded", secrets.office_password, world
    )
    mailboxes = ["--mailboxes", str(files.mailboxes), "--workflows", str(files.workflows)]
    mesh_options = [*mailboxes, "--db", str(folder / "mesh.sqlite")]
    with Simulator("simulators.mesh", mesh_options, secrets.environment(), folder / "mesh.log") as mesh:
        gp_options = [
            "--practices",
            str(files.practices),
            "--mesh-url",
            mesh.url,
            "--db",
            str(folder / "gp.sqlite"),
        ]
        with Simulator("simulators.gp_system", gp_options, secrets.environment(), folder / "gp.log") as gp:
            made = Office(folder, secrets, mesh, gp)
            made.controls = [Control(part.url, secrets.admin_token) for part in (mesh, gp)]
            configure(folder, mesh.url)
            yield made
            for control in made.controls:
                control.close()


def configure(folder: Path, url: str, **changes: str) -> Path:
    """Write pilot.toml."""
    code_set = changes.get("code_set", "interim-2026-11")
    path = folder / "pilot.toml"
    path.write_text(
        f'[office]\nods = "KXX"\nname = "KELDERBY"\n[mesh]\nurl = "{url}"\nmailbox = "KXXOT001"\n'
        f'[coding]\ncode_set = "{code_set}"\n',
        "utf-8",
    )
    return path
