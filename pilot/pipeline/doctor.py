"""What would stop a send, looked at before it does: one finding a line."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509

from pilot.coding import CodeSet, Use
from pilot.domain.delivery import State
from pilot.errors import CodeSetError, ConfigurationError, LedgerError, MeshError
from pilot.pipeline.ledger import Ledger
from pilot.pipeline.mailbox import MOST_SKEW, Mailbox
from pilot.pipeline.reconciliation import Reconciliations
from pilot.pipeline.settings import Settings

LEAST_FREE_BYTES: Final = 1_000_000_000
CERTIFICATE_NOTICE: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `stops` is whether it would stop a send."""

    about: str
    says: str
    stops: bool = False


def examine(
    settings: Settings,
    code_set: CodeSet | CodeSetError,
    ledger: Ledger | LedgerError | None,
    mailbox: Mailbox,
    now: datetime,
) -> Iterator[Finding]:
    """Look at everything, whatever else is wrong: what could not be opened comes as the error that says why."""
    yield Finding("configuration", f"complete, for {settings.office.name} ({settings.office.ods})")
    yield from _handshake(settings, mailbox, now)
    yield from _certificate(settings, now)
    yield _sign_off(settings, code_set)
    yield from _ledger(ledger)


def examine_deeply(ledger: Ledger) -> Iterator[Finding]:
    """Every row of the ledger and every seal of its history, each flaw told on its own and stopping nothing else."""
    flaws = 0
    for about, look in (
        ("ledger file", ledger.flaws_of_the_file),
        ("history", lambda: [f"line {line} is not as it was written" for line in ledger.broken_seals()]),
        ("result", lambda: [f"{number} is not where its history left it" for number in ledger.astray()]),
        ("ledger row", lambda: _unreadable(ledger)),
    ):
        try:
            found = look()
        except LedgerError as error:
            found = [str(error)]
        for says in found:
            flaws += 1
            yield Finding(about, says, stops=True)
    if not flaws:
        yield Finding("ledger, deeply", "every row can be read, and every seal of the history holds")


def _unreadable(ledger: Ledger) -> list[str]:
    for entry in ledger.entries():
        ledger.correspondence.sent(entry.id)
        ledger.history(entry.id)
    ledger.counts()
    Reconciliations(ledger).all()
    return [f"{row} cannot be read" for row in sorted(ledger.unreadable)]


def _handshake(settings: Settings, mailbox: Mailbox, now: datetime) -> Iterator[Finding]:
    try:
        mailbox.handshake()
        server = mailbox.server_time()
    except (MeshError, ConfigurationError) as error:
        yield Finding("MESH", str(error), stops=True)
        return
    yield Finding("MESH", f"{settings.mesh.url} knows mailbox {settings.mesh.mailbox}")
    if server is None:
        yield Finding("clock", "MESH does not say what time it has")
        return
    skew = abs(now - server)
    yield Finding("clock", f"{skew.total_seconds():.0f} s from MESH's", stops=skew > MOST_SKEW)


def _certificate(settings: Settings, now: datetime) -> Iterator[Finding]:
    path = settings.mesh.certificate
    if path is None:
        needed = settings.mesh.url.startswith("https:") and settings.mesh.live
        yield Finding("certificate", "none is set", stops=needed)
        return
    ends = certificate_end(path)
    if ends is None:
        yield Finding("certificate", f"{path} is no certificate that can be read", stops=True)
        return
    left = ends - now
    words = f"{path.name} is valid until {ends:%d %B %Y}"
    if left < CERTIFICATE_NOTICE:
        words += ": renew it now"
    yield Finding("certificate", words, stops=left <= timedelta(0))


def certificate_end(path: Path) -> datetime | None:
    """When a PEM certificate ends; None where it cannot be read."""
    try:
        return x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    except (OSError, ValueError):
        return None


def _sign_off(settings: Settings, code_set: CodeSet | CodeSetError) -> Finding:
    if isinstance(code_set, CodeSetError):
        return Finding("code set", str(code_set), stops=True)
    signed = code_set.signed_off_for
    stops = settings.mesh.live and signed is not Use.LIVE
    return Finding("code set", f"{code_set.id} is signed off for {signed.value}", stops=stops)


def _ledger(ledger: Ledger | LedgerError | None) -> Iterator[Finding]:
    if isinstance(ledger, LedgerError):
        yield Finding("ledger", str(ledger), stops=True)
        return
    if ledger is None:
        yield Finding("ledger", "none yet; the first intake makes it")
        return
    free = shutil.disk_usage(ledger.path.parent).free
    yield Finding("disk", f"{free / 1e9:.1f} GB free beside the ledger", stops=free < LEAST_FREE_BYTES)
    counts = ledger.counts()
    pending = sum(number for state, number in counts.items() if not state.settled)
    stuck = counts.get(State.WITH_A_PERSON, 0)
    yield Finding("pending work", f"{pending} results on their way, {stuck} with a person")
