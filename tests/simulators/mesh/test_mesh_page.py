"""The page: what it shows and what its buttons do, in a browser where there is one; and the API's description."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from html5lib import HTMLParser

from simulators.mesh.serve import options_from
from simulators.mesh.testing import Mesh, running
from tests.simulators.mesh.mesh_server import RECIPIENT, SENDER, Local, LocalMaker

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


def _text(mesh: Local) -> str:
    reply = mesh.request("GET", "/admin/page")
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    return reply.text


def test_it_shows_what_is_there_and_is_sound_html(mesh: Local) -> None:
    mesh.set_clock("2026-11-02T09:00:00Z")
    message_id = mesh.sent(localid="<b>mine</b>")
    mesh.set_faults({"kind": "error", "name": "down", "route": "count"})
    mesh.call(SENDER, "GET", "/count")
    text = _text(mesh)
    HTMLParser(strict=True).parse(text)
    for shown in (
        message_id,
        "2026-11-02T09:00:00Z (virtual)",
        "next due 2026-11-07T09:00:00Z",
        "down",
        RECIPIENT,
    ):
        assert shown in text
    assert "<b>mine</b>" not in text
    assert "&lt;b&gt;mine&lt;/b&gt;" in text
    assert f"/messageexchange/{SENDER}/count" in text


def test_its_buttons(mesh: Local) -> None:
    mesh.set_clock("2026-11-02T09:00:00Z")
    mesh.sent()

    def press(what: str) -> str:
        reply = mesh.request("POST", "/admin/page", data={"do": what})
        assert (reply.status_code, reply.headers["location"]) == (303, "/admin/page")
        return str(mesh.request("GET", "/admin/clock").json()["now"])

    assert press("day") == "2026-11-03T09:00:00Z"
    assert press("step") == "2026-11-07T09:00:00Z"
    assert press("nothing there is") == "2026-11-07T09:00:00Z"
    mesh.set_faults({"kind": "error"})
    press("no_faults")
    assert mesh.request("GET", "/admin/faults").json() == []
    press("reset")
    assert (mesh.inbox(), mesh.inbox(SENDER)) == ([], [])
    assert mesh.request("GET", "/admin/clock").json()["virtual"] is False


def test_it_asks_a_browser_for_the_admin_token(make_local: LocalMaker) -> None:
    mesh = make_local(admin_token="let me in")
    reply = mesh.request("GET", "/admin/page", headers={"Accept": "text/html"})
    assert (reply.status_code, reply.headers["www-authenticate"]) == (401, 'Basic realm="admin token"')
    assert mesh.request("GET", "/admin/page", auth=("anybody", "let me in")).status_code == 200


@pytest.fixture(scope="module")
def running_mesh() -> Iterator[Mesh]:
    with running(options_from({"port": 0}, {}, print)) as mesh:
        yield mesh


def _browse(url: str, folder: Path) -> str:
    """The page's own DOM, once Chromium has loaded it."""
    assert CHROMIUM
    command = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-proxy-server",
        "--virtual-time-budget=5000",
    ]
    done = subprocess.run(
        [*command, f"--user-data-dir={folder}", "--dump-dom", url],
        capture_output=True,
        text=True,
        timeout=90,
        check=True,
    )
    return done.stdout


@pytest.mark.slow
@needs_chromium
def test_chromium_shows_it(running_mesh: Mesh, tmp_path: Path) -> None:
    running_mesh.reset()
    sender = running_mesh.client(SENDER)
    message_id = sender.send_message(RECIPIENT, b"x", workflow_id="TEST_WORKFLOW")
    seen = _browse(f"{running_mesh.url}/admin/page", tmp_path)
    assert message_id in seen
    assert seen.count("<table>") == 3  # inboxes, messages, journal


@pytest.mark.slow
@needs_chromium
def test_chromium_presses_a_button(running_mesh: Mesh, tmp_path: Path) -> None:
    """A page of ours holds the same form and sends it off: what comes back is the page, a day later."""
    running_mesh.reset()
    running_mesh.clock.set("2026-11-02T09:00:00Z")
    press = tmp_path / "press.html"
    press.write_text(
        f'<form method="post" action="{running_mesh.url}/admin/page"><input name="do" value="day"></form>'
        "<script>document.forms[0].submit()</script>"
    )
    assert "2026-11-03T09:00:00Z (virtual)" in _browse(press.as_uri(), tmp_path / "profile")


def test_the_openapi_description_has_every_route_and_is_one(mesh: Local) -> None:
    described = mesh.request("GET", "/openapi.json").json()
    schema = schemathesis.openapi.from_dict(described)
    read: Any = list(schema.get_all_operations())
    operations = {(each.ok().method.upper(), each.ok().path) for each in read}
    routes = {
        (method, route.path.replace(":path", ""))  # type: ignore[attr-defined]
        for route in mesh.app.routes
        for method in route.methods - {"HEAD"}  # type: ignore[attr-defined]
    }
    assert routes <= operations
    assert len({op["operationId"] for path in described["paths"].values() for op in path.values()}) == len(
        operations
    )
    send = described["paths"]["/messageexchange/{mailbox_id}/outbox"]["post"]
    assert {
        "name": "mex-to",
        "in": "header",
        "required": True,
        "schema": {"type": "string", "maxLength": 100},
    } in send["parameters"]
    assert all(op["summary"] for path in described["paths"].values() for op in path.values())
