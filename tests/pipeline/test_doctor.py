"""`pilot doctor`: everything that would stop a send is found before it does, one line each."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pilot.coding import CodeSet, SignOff, Use, load_code_set
from pilot.domain.delivery import State
from pilot.errors import (
    CodeSetError,
    ConfigurationError,
    LedgerError,
    MeshError,
    MeshRefused,
    MeshUnreachable,
)
from pilot.messages import Organisation
from pilot.pipeline import doctor
from pilot.pipeline.doctor import Finding, examine, examine_deeply
from pilot.pipeline.ledger import EmittedFile, Ledger, NewEntry
from pilot.pipeline.reasons import Reason
from pilot.pipeline.settings import LIVE_HOSTS, MeshSettings, Settings
from tests.pipeline.certificates import Authority
from tests.pipeline.people import result

NOW = datetime.now(UTC).replace(microsecond=0)
CODE_SET = load_code_set("interim-2026-11")
SIGNED = replace(CODE_SET, sign_off=SignOff(Use.LIVE, "A. Safety Officer", NOW.date()))
SIMULATOR, LIVE = "http://127.0.0.1:8700", f"https://{min(LIVE_HOSTS)}"
IN_ORDER = ["configuration", "MESH", "clock", "certificate", "code set", "disk", "pending work"]


@dataclass
class Answers:
    """A mailbox whose handshake answers as told."""

    error: MeshError | ConfigurationError | None = None
    time: datetime | None = NOW

    def handshake(self) -> None:
        if self.error:
            raise self.error

    def server_time(self) -> datetime | None:
        return self.time


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.sqlite") as book:
        entries = [NewEntry("f", result(1)), NewEntry("f", result(2))]
        entries.append(NewEntry("f", result(3), State.WITH_A_PERSON, Reason.NO_WAY_TO_PRACTICE))
        book.take_in([EmittedFile("f" * 64, "x", "sil")], entries, b"{}", NOW)
        yield book


def settings(url: str = SIMULATOR, certificate: Path | None = None) -> Settings:
    mesh = MeshSettings(url, "KXXOT001", "a password", "a key", certificate, certificate)
    return Settings(Organisation(ods="KXX", name="KELDERBY"), mesh, CODE_SET.id)


def found(
    ledger: Ledger | LedgerError | None,
    given: Settings | None = None,
    code_set: CodeSet | CodeSetError = CODE_SET,
    answers: Answers | None = None,
) -> dict[str, Finding]:
    findings = examine(given or settings(), code_set, ledger, answers or Answers(), NOW)  # type: ignore[arg-type]
    return {finding.about: finding for finding in findings}


def test_all_is_well(ledger: Ledger) -> None:
    findings = found(ledger)
    assert list(findings) == IN_ORDER
    assert not any(finding.stops for finding in findings.values())
    assert findings["pending work"].says == "2 results on their way, 1 with a person"
    assert "KXXOT001" in findings["MESH"].says


@pytest.mark.parametrize(
    "error",
    [
        MeshRefused("MESH refused the request (403)", SIMULATOR, "Check the password"),
        MeshUnreachable("MESH does not answer", SIMULATOR, "Check the network"),
        ConfigurationError("the certificates for MESH cannot be used", "x.pem", "Name PEM files"),
    ],
)
def test_a_mesh_that_cannot_be_used_stops_a_send_and_hides_nothing_else(
    ledger: Ledger, error: MeshError | ConfigurationError
) -> None:
    findings = found(ledger, answers=Answers(error))
    assert findings["MESH"] == Finding("MESH", str(error), stops=True)
    assert list(findings) == [about for about in IN_ORDER if about != "clock"]


@pytest.mark.parametrize(
    ("skew", "stops"),
    [(timedelta(0), False), (timedelta(minutes=29), False), (timedelta(minutes=31), True)],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_clock_that_is_far_off_stops_a_send(
    ledger: Ledger, skew: timedelta, stops: bool, sign: int
) -> None:
    clock = found(ledger, answers=Answers(time=NOW + sign * skew))["clock"]
    assert clock.stops is stops
    assert f"{skew.total_seconds():.0f} s" in clock.says


def test_a_mesh_that_does_not_say_the_time_stops_nothing(ledger: Ledger) -> None:
    assert not found(ledger, answers=Answers(time=None))["clock"].stops


@pytest.mark.parametrize(
    ("left", "stops", "says"),
    [
        (timedelta(days=200), False, "valid until"),
        (timedelta(days=10), False, "renew it now"),
        (timedelta(days=-1), True, "renew it now"),
    ],
)
def test_a_certificates_end_is_seen_coming(
    tmp_path: Path, ledger: Ledger, left: timedelta, stops: bool, says: str
) -> None:
    pair = Authority(tmp_path, "authority").signs("client", until=NOW + left)
    finding = found(ledger, settings(certificate=pair.certificate))["certificate"]
    assert finding.stops is stops
    assert says in finding.says
    assert f"{NOW + left:%d %B %Y}" in finding.says


def test_a_certificate_that_is_none_stops_a_send(tmp_path: Path, ledger: Ledger) -> None:
    junk = tmp_path / "junk.pem"
    junk.write_text("not a certificate", "utf-8")
    assert found(ledger, settings(certificate=junk))["certificate"].stops


@pytest.mark.parametrize(("url", "stops"), [(SIMULATOR, False), (LIVE, True)])
def test_live_needs_a_certificate(ledger: Ledger, url: str, stops: bool) -> None:
    assert found(ledger, settings(url))["certificate"].stops is stops


@pytest.mark.parametrize(
    ("url", "code_set", "stops"),
    [(SIMULATOR, CODE_SET, False), (LIVE, CODE_SET, True), (LIVE, SIGNED, False)],
)
def test_live_needs_a_code_set_that_is_signed_off(
    ledger: Ledger, url: str, code_set: CodeSet, stops: bool
) -> None:
    assert found(ledger, settings(url), code_set)["code set"].stops is stops


def test_a_disk_that_is_nearly_full_stops_a_send(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LEAST_FREE_BYTES", 1 << 62)
    assert found(ledger)["disk"].stops


def test_every_row_that_is_wrong_is_told_and_hides_no_other(ledger: Ledger) -> None:
    assert [finding.stops for finding in examine_deeply(ledger)] == [False]
    with sqlite3.connect(ledger.path) as other:
        for trigger in ("history_is_not_rewritten", "result_is_sought_as_put_right"):
            other.execute(f"DROP TRIGGER {trigger}")
        other.execute("UPDATE history SET who = 'nobody' WHERE id = 2")
        other.execute("UPDATE result SET document = x'7b' WHERE id = 1")
        other.execute("UPDATE result SET state = 'filed' WHERE id = 2")
    other.close()
    assert {(finding.about, finding.says) for finding in examine_deeply(ledger)} == {
        ("history", "line 2 is not as it was written"),
        ("ledger row", "result 1 cannot be read"),
        ("result", "2 is not where its history left it"),
    }
    assert [entry.id for entry in ledger.entries()] == [2, 3]


def test_no_ledger_yet_stops_nothing() -> None:
    assert found(None)["ledger"] == Finding("ledger", "none yet; the first intake makes it")


def test_what_could_not_be_opened_stops_a_send_and_hides_nothing_else() -> None:
    broken = LedgerError("the ledger is of version 9", "x.sqlite", "Use another")
    unknown = CodeSetError("Unknown code set", "invented", "Choose another")
    findings = found(broken, code_set=unknown)
    assert list(findings) == ["configuration", "MESH", "clock", "certificate", "code set", "ledger"]
    assert findings["ledger"] == Finding("ledger", str(broken), stops=True)
    assert findings["code set"] == Finding("code set", str(unknown), stops=True)


def test_no_finding_names_a_secret_or_a_participant(ledger: Ledger) -> None:
    shown = repr(found(ledger))
    for hidden in ("a password", "a key", result(1).participant.nhs_number, result(1).participant.surname):
        assert hidden not in shown
