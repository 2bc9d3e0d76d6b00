"""What points the pipeline at a MESH and an office. Configuration alone decides which: nothing else differs.

Secrets come from the environment (`PILOT_MESH_PASSWORD`, `PILOT_MESH_SHARED_KEY`) or from files that only their
owner can read; they are never in the configuration file, the ledger or a log.
"""

import difflib
import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import ceil
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from pilot.errors import ConfigurationError
from pilot.messages import Organisation
from pilot.pipeline.entry import Route

# NHS England's MESH: production, and the two that test data may go to.
LIVE_HOSTS = frozenset({"mesh-sync.spineservices.nhs.uk", "mesh-sync.national.ncrs.nhs.uk"})
PATH_TO_LIVE_HOSTS = frozenset({"msg.intspineservices.nhs.uk", "msg.depspineservices.nhs.uk"})


@dataclass(frozen=True, slots=True)
class MeshSettings:
    """Where MESH is and who we are there. `certificate` and `key` are PEM files; `authority` a CA bundle."""

    url: str
    mailbox: str
    password: str = field(repr=False)
    shared_key: str = field(repr=False)
    certificate: Path | None = None
    key: Path | None = None
    authority: Path | None = None

    @property
    def live(self) -> bool:
        """Whether real participants' results go there."""
        # A name with a dot at its end is the same name.
        return (urlsplit(self.url).hostname or "").rstrip(".") in LIVE_HOSTS


@dataclass(frozen=True, slots=True)
class Deadlines:
    """`uncertain` is how long a send without a reply is left before MESH is asked whether it has the message;
    `unreachable` how long MESH may be out of reach before the other way is taken; `collected` is MESH's own
    five days and a day for its report; `answered` is how long a practice may hold a message without an answer;
    `reviewed` how long a person there may take who was said to look at it; `posted` how many working days the
    office has to print and post what goes on paper; `kept` how long the bytes of what was sent are kept: a
    screening round, until she is invited again (a judgement, for the office's records manager to confirm).
    """

    uncertain: timedelta = timedelta(minutes=2)
    unreachable: timedelta = timedelta(days=2)
    collected: timedelta = timedelta(days=6)
    answered: timedelta = timedelta(days=5)
    reviewed: timedelta = timedelta(days=14)
    posted: timedelta = timedelta(days=1)
    kept: timedelta = timedelta(days=1096)

    def post_by(self, queued: date) -> date:
        """The last day on which a result queued that day may be posted."""
        return working_days_after(queued, ceil(self.posted / timedelta(days=1)))


def working_days_after(day: date, number: int) -> date:
    """The day that is `number` working days (Monday to Friday) later."""
    while number > 0:
        day += timedelta(days=1)
        number -= day.weekday() < 5
    return day


class WithoutExtract(StrEnum):
    """What becomes of a print to which no extract has come: it waits for one, or goes on the print alone."""

    HOLD = "hold"
    PRINT_ONLY = "print_only"


class Source(StrEnum):
    """What a print is held against beside the episode extract."""

    SUBJECTS = "subjects"
    LETTERS = "letters"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the pipeline is told from outside.

    `routes` are tried in that order, each where MESH knows a mailbox of the practice for it; `fallback` is the way
    for practices that take none of them, and for those of `joins_on` until their day.
    `second_eye_pages`: of each report so many are read again from their pictures.
    """

    office: Organisation
    mesh: MeshSettings
    code_set: str
    routes: tuple[Route, ...] = (Route.CODED,)
    fallback: Route = Route.PAPER
    joins_on: Mapping[str, date] = field(default_factory=dict)
    without_extract: WithoutExtract = WithoutExtract.HOLD
    expected: frozenset[Source] = frozenset()
    second_eye_pages: int = 0
    deadlines: Deadlines = field(default_factory=Deadlines)
    ledger: Path | None = None

    def not_yet(self, today: date) -> frozenset[str]:
        """The practices that are sent messages only later."""
        return frozenset(ods for ods, first in self.joins_on.items() if today < first)


# What pilot.toml may hold, by table; those of [deadlines] are its reader's own.
_KNOWN: Final[dict[str, tuple[str, ...]]] = {
    "office": ("ods", "name", "ledger"),
    "mesh": (
        *("url", "mailbox", "certificate", "key", "authority"),
        *("password_file", "shared_key_file", "password", "shared_key"),
    ),
    "coding": ("code_set",),
    "routing": ("route", "fallback"),
    "joins_on": (),
    "sources": ("without_extract", "expected", "second_eye_pages"),
    "deadlines": (),
}


def load_settings(path: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from a TOML file and the environment. Raises ConfigurationError for what is missing or wrong."""
    return _Table(path, _read(path)).settings(environment)


def _read(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"the configuration cannot be read ({error.strerror})",
            str(path),
            "Write one with `pilot doctor --example`, or name it with --config",
        ) from error
    except (
        ValueError,
        RecursionError,
    ) as error:  # nested too deeply, or a number too long, is no TOML either
        raise ConfigurationError(
            f"the configuration is not TOML ({error})", str(path), "Put that line right"
        ) from error


# The keys of a [deadlines] table: the unit is in the name.
_KEYS: Final = {
    "uncertain_minutes": ("uncertain", timedelta(minutes=1)),
    "unreachable_hours": ("unreachable", timedelta(hours=1)),
    "collected_days": ("collected", timedelta(days=1)),
    "answered_days": ("answered", timedelta(days=1)),
    "posted_days": ("posted", timedelta(days=1)),
    "kept_days": ("kept", timedelta(days=1)),
    "reviewed_days": ("reviewed", timedelta(days=1)),
}
_LONGEST: Final = timedelta(days=3650)


def read_deadlines(table: object, where: str) -> Deadlines:
    """From a `[deadlines]` table; what it leaves out keeps its default. Raises ConfigurationError."""
    if not isinstance(table, Mapping):
        raise ConfigurationError("'deadlines' is not a table", where, "Write [deadlines] above its keys")
    given = {}
    for key, value in table.items():
        if key not in _KEYS:
            raise ConfigurationError(f"unknown key 'deadlines.{key}'", where, f"Known: {', '.join(_KEYS)}")
        name, unit = _KEYS[key]
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= _LONGEST / unit:
            raise ConfigurationError(f"'deadlines.{key}' is not a time", where, "Give a number above 0")
        given[name] = value * unit
    return Deadlines(**given)


def ledger_of(config: Path, given: Path | None = None) -> Path:
    """The ledger of a configuration: the one given, the one it names, or ledger.sqlite beside it.

    It is read on its own, so that a ledger can be looked at where the rest of the configuration is not complete.
    """
    if given is not None:
        return given
    try:
        table = tomllib.loads(config.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return config.parent / "ledger.sqlite"
    return _Table(config, table).ledger() or config.parent / "ledger.sqlite"


def deadlines_of(config: Path) -> Deadlines:
    """The deadlines of a configuration, read on their own; the usual ones where there is no such file.

    Raises ConfigurationError.
    """
    if not config.is_file():
        return Deadlines()
    return read_deadlines(_read(config).get("deadlines", {}), str(config))


class _Table:
    """A configuration file's tables, read with errors that name the setting."""

    def __init__(self, path: Path, table: Mapping[str, Any]) -> None:
        self.path = path
        self.table = table

    def settings(self, environment: Mapping[str, str]) -> Settings:
        self.refuse_unknown()
        certificate, key = self.file("mesh", "certificate"), self.file("mesh", "key")
        if (certificate is None) != (key is None):
            raise self.missing("mesh", "certificate" if key else "key", "Name both, or neither")
        return Settings(
            office=Organisation(ods=self.text("office", "ods"), name=self.text("office", "name")),
            mesh=MeshSettings(
                url=self.url(),
                mailbox=self.text("mesh", "mailbox"),
                password=self.secret("password", "PILOT_MESH_PASSWORD", environment),
                shared_key=self.secret("shared_key", "PILOT_MESH_SHARED_KEY", environment),
                certificate=certificate,
                key=key,
                authority=self.file("mesh", "authority"),
            ),
            code_set=self.text("coding", "code_set"),
            routes=self.routes(),
            fallback=self.one_of("fallback", self.get("routing", "fallback"), Route.PAPER),
            joins_on=self.joins_on(),
            without_extract=self.without_extract(),
            expected=self.expected(),
            second_eye_pages=self.second_eye_pages(),
            deadlines=read_deadlines(self.table.get("deadlines", {}), str(self.path)),
            ledger=self.ledger(),
        )

    def refuse_unknown(self) -> None:
        """A slip in a name would otherwise be a setting that silently is not set."""
        for section, part in self.table.items():
            if section not in _KNOWN:
                raise self.unknown(section, section, tuple(_KNOWN))
            known = _KNOWN[section]
            for name in part if known and isinstance(part, dict) else ():
                if name not in known:
                    raise self.unknown(f"{section}.{name}", name, known)

    def unknown(self, setting: str, name: str, known: tuple[str, ...]) -> ConfigurationError:
        near = difflib.get_close_matches(name, known, 1)
        mend = f"Did you mean {near[0]}? Put it right" if near else f"Known: {', '.join(known)}"
        return ConfigurationError(f"the setting {setting} is unknown", str(self.path), mend)

    def get(self, section: str, name: str) -> object:
        part = self.table.get(section, {})
        return part.get(name) if isinstance(part, dict) else None

    def text(self, section: str, name: str) -> str:
        value = self.get(section, name)
        if not isinstance(value, str) or not value.strip():
            raise self.missing(section, name, f'Add {name} = "..." under [{section}]')
        return value.strip()

    def url(self) -> str:
        url = self.text("mesh", "url")
        try:
            parts = urlsplit(url)
            whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
            secret = parts.username is not None
        except ValueError:  # half an IPv6 address, a port in words
            whole = secret = False
        if whole and secret:
            raise self.missing("mesh", "url", "Take what stands before the @ out", what="holds a secret")
        if not whole:
            raise self.missing("mesh", "url", "Give a full address, https://...", what="is not an address")
        if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise self.missing("mesh", "url", "Use https", what="sends results unencrypted")
        return url

    def file(self, section: str, name: str) -> Path | None:
        value = self.get(section, name)
        if value is None:
            return None
        path = (self.path.parent / str(value)).resolve()
        if not path.is_file():
            raise self.missing(section, name, "Name a PEM file that exists", what="names no file")
        return path

    def ledger(self) -> Path | None:
        value = self.get("office", "ledger")
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            raise self.missing("office", "ledger", "Name a file", what="names no file")
        return self.path.parent / value

    def routes(self) -> tuple[Route, ...]:
        """`route`: one way, or several in a list."""
        given = self.get("routing", "route")
        named = given if isinstance(given, list) else [given]
        if not named or len({str(value) for value in named}) != len(named):
            raise self.missing("routing", "route", "Give each way once", what="is not a list of ways to send")
        return tuple(self.one_of("route", value, Route.CODED) for value in named)

    def one_of(self, name: str, value: object, default: Route) -> Route:
        if value is None:
            return default
        if value not in list(Route):
            raise self.missing("routing", name, f"Use one of {', '.join(Route)}", what="is not a way to send")
        return Route(str(value))

    def joins_on(self) -> Mapping[str, date]:
        """`[joins_on]`: by ODS code, the day from which a practice is to be sent messages."""
        part = self.table.get("joins_on", {})
        days = part if isinstance(part, dict) else {"": part}
        for ods, day in days.items():
            if not isinstance(day, date) or isinstance(day, datetime):
                mend = "Write [joins_on], and a practice's code and day under it: A81001 = 2026-11-16"
                raise self.missing("joins_on", str(ods), mend, what="is not a date")
        return {str(ods).upper(): day for ods, day in days.items()}

    def expected(self) -> frozenset[Source]:
        value = self.get("sources", "expected")
        if value is None:
            return frozenset()
        if not isinstance(value, list) or not all(name in list(Source) for name in value):
            mend = f"Give a list of {' and '.join(map(repr, map(str, Source)))}"
            raise self.missing("sources", "expected", mend, what="names something else")
        return frozenset(map(Source, value))

    def without_extract(self) -> WithoutExtract:
        value = self.get("sources", "without_extract")
        if value is None:
            return WithoutExtract.HOLD
        if value not in list(WithoutExtract):
            mend = f"Use one of {', '.join(WithoutExtract)}"
            raise self.missing("sources", "without_extract", mend, what="is neither")
        return WithoutExtract(str(value))

    def second_eye_pages(self) -> int:
        value = self.get("sources", "second_eye_pages")
        if value is None:
            return 0
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 10_000:
            mend = "Give a whole number of pages a file, 0 for none"
            raise self.missing("sources", "second_eye_pages", mend, what="is not that")
        return value

    def secret(self, name: str, variable: str, environment: Mapping[str, str]) -> str:
        if self.get("mesh", name) is not None:
            raise self.missing(
                "mesh", name, f"Move it to {variable} or a {name}_file", what="is a secret in the open"
            )
        if environment.get(variable):
            return environment[variable]
        path = self.file("mesh", f"{name}_file")
        if path is None:
            raise self.missing("mesh", name, f"Set {variable}, or {name}_file under [mesh]")
        # Windows keeps no such bits: there every file would seem to be everybody's.
        if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise self.missing("mesh", f"{name}_file", "chmod 600 it", what="can be read by others")
        try:
            secret = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise self.missing(
                "mesh", f"{name}_file", "Make it a text file of yours", what="cannot be read"
            ) from error
        if not secret:
            raise self.missing("mesh", f"{name}_file", "Write the secret into it", what="is empty")
        return secret

    def missing(self, section: str, name: str, mend: str, what: str = "is missing") -> ConfigurationError:
        return ConfigurationError(f"the setting {section}.{name} {what}", str(self.path), mend)


EXAMPLE = """\
# pilot.toml: where MESH is and who we are there. Secrets are not here: set PILOT_MESH_PASSWORD and
# PILOT_MESH_SHARED_KEY, or name files that only you can read with password_file and shared_key_file.
[office]
ods = "KXX"
name = "KELDERBY"
# ledger = "ledger.sqlite"  # beside this file, where no other is named

[mesh]
url = "https://msg.intspineservices.nhs.uk"
mailbox = "KXXOT001"
certificate = "client.crt.pem"
key = "client.key.pem"

[coding]
code_set = "interim-2026-11"

[routing]
route = "coded"    # or several, tried in order: ["coded", "itk3_document"]
fallback = "paper"

# [joins_on]        # practices that are sent messages from a day on only; until then they get the fallback
# A81001 = 2027-01-11

[sources]
without_extract = "hold" # prints wait for their extract; "print_only" sends what nothing was held against
expected = ["subjects", "letters"] # prints wait for these too; leave out what the office does not have
second_eye_pages = 1     # of each report, so many pages are read again from their pictures (needs tesseract); 0: none

[deadlines]
uncertain_minutes = 2  # a send without a reply: then MESH is asked whether it has the message
unreachable_hours = 48 # MESH out of reach: then results go the other way
collected_days = 6     # MESH gives a practice five days to collect
answered_days = 5      # a practice's system has it and says nothing: then a person is told
posted_days = 1        # working days in which what goes on paper is to be printed and posted
kept_days = 1096       # how long the bytes of what was sent are kept; hash, time and way are kept for good
reviewed_days = 14     # a person there was to look at it and has not said so: then the office is told
"""
