"""Starting the server: what is printed when it is ready, and one clear line when it cannot be."""

import socket
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from simulators.mesh.serve import Options, UsageError, options_from, serve
from tests.simulators.mesh.mesh_server import Server, start_server


def _refused(*options: str) -> str:
    command = [sys.executable, "-m", "simulators.mesh", "--port", "0", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    return done.stderr


def _options(**given: Any) -> Options:
    """Of a command line, in an empty environment."""
    return options_from({"port": 0} | given, {}, lambda _: None)


def test_ready_then_a_clean_end(server: Server) -> None:
    assert server.url.startswith("http://127.0.0.1:")
    assert server.admin("GET", "counts").status_code == 200
    assert server.stop() == 0


def test_the_admin_token_comes_from_the_environment() -> None:
    server = start_server(SIMULATOR_ADMIN_TOKEN="let me in")
    assert server.admin("GET", "counts").status_code == 403
    assert server.admin("GET", "counts", headers={"X-Admin-Token": "let me in"}).status_code == 200
    server.stop()


def test_the_level_sandbox(tmp_path: Path) -> None:
    server = start_server("--level", "sandbox", "--shared-key", "k")
    assert server.admin("GET", "counts").status_code == 200
    server.stop()


def test_a_port_in_use() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = _refused("--port", port)
    assert said.count("\n") == 1
    assert port in said
    assert "give another --port" in said


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("mailboxes", "{", "line 1"),
        ("mailboxes", '{"mailbox_id": "A"}\n\n{"name": "B"}', "line 3"),
        ("workflows", '{"workflow_id": 7}', "line 1"),
        ("practices", '{"ods": "A81001", "patients": [{"nhs_number": "9990000018"}]}', "line 1"),
        ("db", "no database at all, but a text", "message store"),
        ("tls_cert", "no certificate", "--tls-key"),
        ("client_ca", "no certificate", "--tls-cert"),
    ],
)
def test_a_file_that_is_none(tmp_path: Path, name: str, content: str, says: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(UsageError, match=says):
        serve(_options(**{name: path}))


@pytest.mark.parametrize("name", ["mailboxes", "workflows", "practices", "db"])
def test_a_file_that_is_not_there(tmp_path: Path, name: str) -> None:
    nowhere = tmp_path / "nowhere" / "file"
    with pytest.raises(UsageError, match=str(nowhere)):
        serve(_options(**{name: nowhere}))


def test_certificates_that_are_none(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(UsageError, match=str(path)):
            serve(_options(tls_cert=path, tls_key=path))


def test_a_store_of_another_version(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "mesh.sqlite") as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(UsageError, match="another version"):
        serve(_options(db=tmp_path / "mesh.sqlite"))


def test_a_level_there_is_not() -> None:
    with pytest.raises(UsageError, match="sandbox"):
        _options(level="production")
