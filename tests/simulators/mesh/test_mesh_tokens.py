"""A token is good for one request, within two hours, for the mailbox that made it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulators.mesh.levels import Level
from tests.simulators.mesh.mesh_server import RECIPIENT, SENDER, Local, LocalMaker, token


def _count(mesh: Local, auth: str, mailbox: str = SENDER) -> int:
    return mesh.call(mailbox, "GET", "/count", auth=auth).status_code


def _minute(offset: timedelta) -> str:
    return (datetime.now(UTC) + offset).strftime("%Y%m%d%H%M")


def test_a_token_is_good_once(mesh: Local) -> None:
    auth = token(SENDER)
    assert [_count(mesh, auth), _count(mesh, auth)] == [200, 403]


def test_a_nonce_may_be_used_again_with_another_count(mesh: Local) -> None:
    codes = [_count(mesh, token(SENDER, nonce="one", count=str(n))) for n in (0, 1, 1)]
    assert codes == [200, 200, 403]


def test_a_refused_send_uses_its_token_up(mesh: Local) -> None:
    auth = token(SENDER)
    headers = {"Mex-To": "NOBODY", "Mex-WorkflowID": "TEST_WORKFLOW"}
    assert mesh.call(SENDER, "POST", "/outbox", headers, auth=auth, content=b"x").status_code == 417
    assert _count(mesh, auth) == 403


def test_a_used_token_stays_used_over_a_restart(make_local: LocalMaker, tmp_path: Path) -> None:
    auth = token(SENDER)
    first = make_local(db=tmp_path / "mesh.sqlite")
    assert _count(first, auth) == 200
    assert _count(make_local(db=tmp_path / "mesh.sqlite"), auth) == 403


@pytest.mark.parametrize(("minutes", "status"), [(-118, 200), (118, 200), (-122, 403), (122, 403)])
def test_a_token_is_good_within_two_hours(mesh: Local, minutes: int, status: int) -> None:
    assert _count(mesh, token(SENDER, timestamp=_minute(timedelta(minutes=minutes)))) == status


def test_tokens_go_by_the_real_clock_whatever_the_virtual_one_says(mesh: Local) -> None:
    mesh.set_clock("2031-05-01T09:00:00Z")
    assert _count(mesh, token(SENDER)) == 200


@pytest.mark.parametrize(
    "auth",
    [
        "",
        "NHSMESH",
        "Basic dXNlcjpwYXNz",
        token(SENDER, key="another environment's key"),
        token(SENDER, password="guess"),
        token(RECIPIENT),
        token(SENDER.lower()),
        token("NOBODY"),
        token(SENDER, count="-1"),
        token(SENDER, count="one"),
        token(SENDER, timestamp="20261332996a"),
        token(SENDER, timestamp="202613012500"),
        token(SENDER)[:-1],
        token(SENDER) + ":more",
        token(SENDER, nonce="a b").replace("NHSMESH ", "NHSMESH  "),
    ],
    ids=[
        *("empty", "scheme alone", "another scheme", "another key", "another password", "another mailbox"),
        *("small letters", "unknown mailbox", "negative count", "count in words", "no date", "no such date"),
        *("hash cut", "something behind", "blanks"),
    ],
)
def test_what_proves_nothing_is_refused(mesh: Local, auth: str) -> None:
    assert _count(mesh, auth) == 403


def test_an_unknown_mailbox_is_refused(mesh: Local) -> None:
    assert _count(mesh, token("NOBODY"), "NOBODY") == 403


@given(st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace").decode("latin-1")))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_no_text_at_all_is_let_in_or_breaks_the_server(mesh: Local, text: str) -> None:
    assert mesh.call(SENDER, "GET", "/count", {"Authorization": text.encode("latin-1")}).status_code == 403  # type: ignore[dict-item]


def test_a_deactivated_mailbox_is_refused_until_it_is_active_again(mesh: Local) -> None:
    mesh.request("POST", f"/admin/mailbox/{SENDER}", json={"active": False})
    assert _count(mesh, token(SENDER)) == 403
    mesh.request("POST", f"/admin/mailbox/{SENDER}", json={"active": True})
    assert _count(mesh, token(SENDER)) == 200


def test_the_sandbox_takes_a_token_twice_and_from_any_day(make_local: LocalMaker) -> None:
    mesh = make_local(level=Level.SANDBOX)
    auth = token(SENDER, timestamp="201511201038")
    assert [_count(mesh, auth), _count(mesh, auth)] == [200, 200]
