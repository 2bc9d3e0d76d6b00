"""The environment, modes and mounts of mesh-sandbox's image, held to one by one."""

import json
import socket
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from simulators.mesh.exchange import Auth
from simulators.mesh.levels import Level
from simulators.mesh.message import Message
from simulators.mesh.messages_folder import Mirror
from simulators.mesh.serve import Options, UsageError, options_from
from simulators.mesh.testing import running
from tests.simulators.mesh.mesh_server import RECIPIENT, SENDER, Local, LocalMaker, start_server, token


def _options(given: dict[str, Any] | None = None, /, **environ: str) -> Options:
    return options_from(given or {}, environ, lambda _: None)


def test_nothing_said_is_warn_on_8700_in_memory_with_mesh_sandboxs_key() -> None:
    options = _options()
    assert (options.port, options.host, options.db) == (8700, "127.0.0.1", None)
    assert options.settings.shared_key == "Banana"
    assert options.settings.level is Level.WARN
    assert not options.has_tls


@pytest.mark.parametrize(
    ("environ", "part", "value"),
    [
        ({"PORT": "9000"}, "port", 9000),
        ({"SHARED_KEY": "TestKey"}, "settings.shared_key", "TestKey"),
        ({"SHARED_KEY": "a", "MESH_SHARED_KEY": "b"}, "settings.shared_key", "b"),
        ({"AUTH_MODE": "none"}, "settings.auth", Auth.NONE),
        ({"AUTH_MODE": "canned"}, "settings.auth", Auth.CANNED),
        ({"AUTH_MODE": "no_auth"}, "settings.auth", Auth.FULL),  # mesh-sandbox looks at tokens there, too
        ({"STORE_MODE": "memory"}, "db", None),
        ({"STORE_MODE": "canned"}, "settings.read_only", True),
        ({"MESH_LEVEL": "strict"}, "settings.level", Level.STRICT),
        ({"INBOX_EXPIRY_DAYS": "1"}, "settings.lifetime.inbox", 86400.0),
        ({"MESSAGE_EXPIRY_DAYS": "2"}, "settings.lifetime.kept", 2 * 86400.0),
        ({"ENV": "int", "BUILD_LABEL": "7"}, "settings.build_label", "7"),
        ({"MESH_LOG_REQUESTS": "yes"}, "log_requests", True),
        ({"SSL": "yes", "SSL_CRTFILE": "/nowhere/c", "SSL_KEYFILE": "/nowhere/k"}, "tls_made", True),
    ],
)
def test_what_the_environment_says(environ: dict[str, str], part: str, value: object) -> None:
    found: Any = _options(**environ)
    for name in part.split("."):
        found = getattr(found, name)
    assert found == value


@pytest.mark.parametrize("name", ["MAILBOXES_DATA_DIR", "FILE_STORE_DIR"])
def test_the_file_store_lies_where_it_is_said_to(tmp_path: Path, name: str) -> None:
    assert _options(STORE_MODE="file", **{name: str(tmp_path)}).db == tmp_path / "mesh.sqlite"


def test_the_command_line_wins() -> None:
    options = _options({"port": 1234, "level": "strict"}, PORT="9000", MESH_LEVEL="sandbox")
    assert (options.port, options.settings.level) == (1234, Level.STRICT)


@pytest.mark.parametrize(
    "environ",
    [
        {"PORT": "many"},
        {"STORE_MODE": "cloud"},
        {"AUTH_MODE": "maybe"},
        {"INBOX_EXPIRY_DAYS": "-1"},
        {"MESH_LEVEL": "lax"},
    ],
)
def test_what_means_nothing_is_one_line(environ: dict[str, str]) -> None:
    with pytest.raises(UsageError, match=next(iter(environ.values()))):
        _options(**environ)


def test_half_a_certificate_is_none(tmp_path: Path) -> None:
    (tmp_path / "c").write_text("a certificate")
    with pytest.raises(UsageError, match="needs both"):
        _options(SSL="yes", SSL_CRTFILE=str(tmp_path / "c"), SSL_KEYFILE=str(tmp_path / "k"))


def test_mounted_mailboxes(tmp_path: Path) -> None:
    (tmp_path / "mailboxes.jsonl").write_text('{"mailbox_id": "ALICE"}\n')
    sources = _options(MESH_DATA_DIR=str(tmp_path)).sources
    assert (sources.mailboxes, sources.workflows) == (tmp_path / "mailboxes.jsonl", None)


def test_auth_none_asks_nobody_and_canned_asks_for_valid(make_local: LocalMaker) -> None:
    mesh = make_local(auth=Auth.NONE)
    assert mesh.call(SENDER, "GET", "/count", auth="").status_code == 200
    mesh = make_local(auth=Auth.CANNED)
    answers = [
        mesh.call(SENDER, "GET", "/count", auth=auth).status_code
        for auth in (
            f"NHSMESH {SENDER}:VALID:1:1:x",
            f"NHSMESH {SENDER}:other:1:1:x",
            "",
            f"NHSMESH {RECIPIENT}:VALID",
        )
    ]
    assert answers == [200, 403, 403, 403]


def test_canned_holds_three_messages_and_changes_nothing() -> None:
    with running(options_from({"port": 0}, {"STORE_MODE": "canned"}, print)) as mesh:
        client = mesh.client(RECIPIENT)
        assert client.list_messages() == ["CHUNKED_MESSAGE_GZ"]
        assert client.retrieve_message("CHUNKED_MESSAGE_GZ").read().startswith(b"Lorem ipsum")
        client.acknowledge_message("CHUNKED_MESSAGE_GZ")
        mesh.client(SENDER).send_message(RECIPIENT, b"x", workflow_id="TEST_WORKFLOW")
        assert client.list_messages() == ["CHUNKED_MESSAGE_GZ"]


def test_a_certificate_made_at_the_start() -> None:
    with running(
        options_from({"port": 0}, {"SSL": "yes", "SSL_CRTFILE": "/no/c", "SSL_KEYFILE": "/no/k"}, print)
    ) as mesh:
        port = int(mesh.url.rpartition(":")[2])
        made = ssl.get_server_certificate(("localhost", port))
        assert mesh.url.startswith("https://")
        assert "BEGIN CERTIFICATE" in made
        session = requests.Session()
        session.trust_env = False
        assert session.get(f"{mesh.url}/health", verify=False).json()["outcome"] == "Yes"
        session.close()


def _lay_out(folder: Path) -> None:
    message = Message(
        message_id="MOUNTED",
        sender=SENDER,
        recipient=RECIPIENT,
        mex_to=RECIPIENT,
        workflow_id="W",
        created_at=0.0,
    )
    Mirror(folder).write(message, [b"from a file"])


def test_messages_that_are_mounted_are_there_again_after_a_reset(
    make_local: LocalMaker, tmp_path: Path
) -> None:
    _lay_out(tmp_path)
    mesh = make_local(messages=tmp_path)
    assert mesh.download("MOUNTED").content == b"from a file"
    mesh.acknowledge("MOUNTED")
    assert mesh.inbox() == []
    mesh.request("DELETE", "/admin/reset")
    assert mesh.inbox() == ["MOUNTED"]


def test_the_file_store_writes_mesh_sandboxs_files_and_reads_them(tmp_path: Path) -> None:
    _lay_out(tmp_path)
    server = start_server(STORE_MODE="file", FILE_STORE_DIR=str(tmp_path))
    url = f"{server.url}/messageexchange"
    headers = {"Mex-To": RECIPIENT, "Mex-WorkflowID": "TEST_WORKFLOW", "Mex-LocalID": "mine"}
    sent = server.session.post(
        f"{url}/{SENDER}/outbox", b"body", headers=headers | {"Authorization": token(SENDER)}
    )
    message_id = sent.json()["messageID"]
    inbox = server.session.get(f"{url}/{RECIPIENT}/inbox", headers={"Authorization": token(RECIPIENT)}).json()
    server.stop()
    assert inbox["messages"] == ["MOUNTED", message_id]
    place = tmp_path / RECIPIENT / "in"
    assert (place / message_id / "1").read_bytes() == b"body"
    assert json.loads((place / f"{message_id}.json").read_text())["metadata"]["local_id"] == "mine"


def test_a_message_file_that_is_none_is_one_line(make_local: LocalMaker, tmp_path: Path) -> None:
    (tmp_path / RECIPIENT / "in").mkdir(parents=True)
    (tmp_path / RECIPIENT / "in" / "A.json").write_text("{}")
    with pytest.raises(UsageError, match=r"A\.json is no message"):
        make_local(messages=tmp_path)


def test_a_short_body_is_not_stored(mesh: Local) -> None:
    headers = {"Mex-To": RECIPIENT, "Mex-WorkflowID": "TEST_WORKFLOW", "Content-Length": "100"}
    assert mesh.call(SENDER, "POST", "/outbox", headers, content=b"too short").status_code == 400
    assert mesh.inbox() == []


def test_headers_without_end_are_refused() -> None:
    with running(options_from({"port": 0}, {}, print)) as mesh:
        session = requests.Session()
        session.trust_env = False
        reply = session.get(f"{mesh.url}/health", headers={f"X-{n}": "x" * 1000 for n in range(90)})
        assert reply.status_code == 431
        assert session.get(f"{mesh.url}/health").status_code == 200
        session.close()


def test_who_stops_in_the_middle_is_hung_up_on_and_who_waits_for_an_answer_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("simulators.mesh.front_door._SILENT_SECONDS", 0.1)
    with running(options_from({"port": 0}, {}, print)) as mesh:
        mesh.faults.add("slow", "latency", seconds=0.4, route="handshake")
        address = ("127.0.0.1", urlsplit(mesh.url).port)
        with socket.create_connection(address, 10) as stopped, socket.create_connection(address, 10) as waits:
            stopped.sendall(b"POST /messageexchange/X26ABC1/outbox HTTP/1.1\r\nHost: mesh\r\nContent-Le")
            waits.sendall(b"GET /messageexchange/X26ABC1 HTTP/1.1\r\nHost: mesh\r\n\r\n")
            assert stopped.recv(100) == b""
            assert waits.recv(100).startswith(b"HTTP/1.1 403 ")


# -- the image: built where there is Docker, held against the repository and the options here

PACKAGE = Path(__file__).parents[3] / "packages" / "mesh-simulator"


def _instructions() -> list[tuple[str, str]]:
    text = (PACKAGE / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in lines]


def test_the_dockerfile_copies_what_is_there_and_runs_as_nobody() -> None:
    given = _instructions()
    known = {"FROM", "WORKDIR", "COPY", "RUN", "USER", "ENV", "EXPOSE", "HEALTHCHECK", "CMD"}
    assert {name for name, _ in given} <= known
    assert given[0][0] == "FROM"
    assert ":" in given[0][1]
    assert not given[0][1].endswith(":latest")
    for name, rest in given:
        if name == "COPY":
            *sources, _ = rest.split()
            assert all((PACKAGE.parents[1] / source).exists() for source in sources)
    assert [rest for name, rest in given if name == "USER"] == ["10001"]
    assert json.loads(next(rest for name, rest in given if name == "CMD"))[0] == "mesh-simulator"


def test_the_images_environment_is_understood(tmp_path: Path) -> None:
    [environment] = [
        dict(pair.split("=") for pair in rest.split()) for name, rest in _instructions() if name == "ENV"
    ]
    options = _options(**environment | {"FILE_STORE_DIR": str(tmp_path)})
    assert (options.port, options.settings.shared_key, options.mirror) == (8700, "TestKey", tmp_path)


def test_the_compose_file_builds_that_image_with_what_is_understood() -> None:
    service = pytest.importorskip("yaml").safe_load((PACKAGE / "compose.yaml").read_text("utf-8"))[
        "services"
    ]["mesh"]
    context = PACKAGE / service["build"]["context"]
    assert (context / service["build"]["dockerfile"]).resolve() == PACKAGE / "Dockerfile"
    assert service["ports"] == ["8700:8700"]
    assert _options(**service["environment"]).settings.shared_key == "TestKey"
