"""The second receiver: practices whose systems know no duplicates, so that whatever is sent twice is filed twice."""

import re
from importlib.resources import files
from pathlib import Path

from pilot.experiment.arm_setup import SetupFiles
from pilot.experiment.context import RunContext
from pilot.experiment.processes import Simulator


def suppliers_without_deduplication(folder: Path) -> Path:
    """A folder of supplier files: the built-in ones, each with nothing by which it would know a message again."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in files("simulators.gp_system").joinpath("suppliers").iterdir():
        text, changed = re.subn(r"^same = \[.*?\]", "same = []", file.read_text("utf-8"), flags=re.MULTILINE)
        assert changed == 1, file.name
        (folder / file.name).write_text(text, "utf-8")
    return folder


class WithoutDeduplication(RunContext):
    """A run whose practices know no duplicates."""

    def gp_system(self, arm: str, files: SetupFiles, mesh_url: str | None = None) -> Simulator:
        folder = suppliers_without_deduplication(self.scratch / "suppliers")
        arguments = ["--db", str(self.folder.gp_database(arm)), "--practices", str(files.practices)]
        arguments += ["--suppliers", str(folder), *(["--mesh-url", mesh_url] if mesh_url else [])]
        return Simulator(
            "simulators.gp_system", arguments, self.secrets.environment(), self.folder.log(f"gp-{arm}")
        )
