"""The commands of docs/mesh.md's first section, run as they are written."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "mesh.md").read_text("utf-8")
SECTION = PAGE.partition("## In two minutes")[2].partition("\n## ")[0]
INSTALL, SERVE, ASK, TEST = re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL)
[EXAMPLE] = re.findall(r"```python\n(.*?)```", SECTION, re.DOTALL)


def _follow(folder: Path, binaries: Path) -> None:
    """Serve, ask and test as the page has it, in a shell that finds its commands in `binaries`."""
    (folder / "test_example.py").write_text(EXAMPLE, "utf-8")
    kept = {name: text for name, text in os.environ.items() if not name.lower().endswith("_proxy")}
    environ = kept | {"PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}", "PORT": "0"}
    for name in ("PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER"):
        environ.pop(name, None)
    with subprocess.Popen(
        f"exec {SERVE}", shell=True, cwd=folder, env=environ, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout
            url = re.findall(r"http://[0-9.:]+", server.stdout.readline())[0]
            asked = f"set -e\n{ASK}".replace("curl", "curl -sS --fail").replace("http://127.0.0.1:8700", url)
            subprocess.run(asked, shell=True, cwd=folder, env=environ, check=True, capture_output=True)
        finally:
            server.terminate()
    done = subprocess.run(
        TEST, shell=True, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=120
    )
    assert "2 passed" in done.stdout, done.stdout + done.stderr


def test_the_pages_commands_work_where_it_is_installed(tmp_path: Path) -> None:
    """But for the port, which another test may have: PORT is the environment's way to say another."""
    _follow(tmp_path, Path(sys.executable).parent)


@pytest.mark.slow
def test_the_pages_commands_work_from_nothing(tmp_path: Path) -> None:
    """In an environment of its own, with the packages the page installs and no others."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "env"], check=True)
    binaries = tmp_path / "env" / "bin"
    environ = os.environ | {"PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(INSTALL, shell=True, cwd=ROOT, env=environ, check=True, capture_output=True)
    listed = subprocess.run([binaries / "pip", "list"], capture_output=True, text=True, check=True).stdout
    assert "mesh-simulator" in listed
    assert "breast-screening" not in listed
    (tmp_path / "work").mkdir()
    _follow(tmp_path / "work", binaries)
