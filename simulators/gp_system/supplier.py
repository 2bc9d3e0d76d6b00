"""What one supplier's GP system does, as data: a third supplier is one more TOML file."""

import tomllib
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import msgspec

from simulators.gp_system.errors import SettingsError
from simulators.gp_system.outcomes import Outcome


class MatchKey(StrEnum):
    """What a supplier's system looks a patient up by."""

    NHS_NUMBER = "nhs_number"
    DATE_OF_BIRTH = "date_of_birth"
    SURNAME = "surname"


class Unmatched(StrEnum):
    """What it does with a message that fits nobody: put it before a person, or refuse it."""

    QUEUE = "queue"
    REJECT = "reject"


class OtherWorkflows(StrEnum):
    """What it does with messages of a workflow that it does not know."""

    LEAVE = "leave"
    FILE_APART = "file-apart"


class Action(StrEnum):
    """What a rule does: file codes the record; archive keeps the document and codes nothing."""

    FILE = "file"
    ARCHIVE = "archive"


class Visible(StrEnum):
    """From when the patient sees an entry."""

    FILED = "filed"
    REVIEWED = "reviewed"


class Same(StrEnum):
    """What makes a message a duplicate: its own identifier, or its content (person, outcome, date)."""

    MESSAGE = "message"
    CONTENT = "content"


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Matching(_Section, frozen=True):
    """How it finds whose a message is."""

    keys: tuple[MatchKey, ...]
    unmatched: Unmatched


class Collection(_Section, frozen=True):
    """How it empties mailboxes: minutes between polls, and messages at most a poll."""

    interval_minutes: Annotated[
        int, msgspec.Meta(ge=5)
    ]  # MESH asks for no more than one poll in five minutes
    cap: Annotated[int, msgspec.Meta(ge=10, le=5000)]
    other_workflows: OtherWorkflows


class Filing(_Section, frozen=True):
    """What it does with a message before anybody looks."""

    on_arrival: bool
    visible_to_patient: Visible


class RuleLanguage(_Section, frozen=True):
    """What a practice's rules can say there."""

    title: str
    actions: frozenset[Action]
    takes: frozenset[Outcome]


class Keeps(StrEnum):
    """Which codes of a result enter the record. The words are always kept; no search finds them."""

    QUESTION = "question"
    VALUE = "value"
    BOTH = "both"
    TEXT = "text"


class Kept(_Section, frozen=True):
    """`interpretation`: whether the flag normal or abnormal is kept beside the entry."""

    keeps: Keeps
    interpretation: bool


class Duplicates(_Section, frozen=True):
    """What makes two messages the same one."""

    same: frozenset[Same]


class Supplier(_Section, frozen=True):
    """One supplier's behaviour. Raises ValueError where a rule could take what only a clinician may."""

    name: str
    title: str
    matching: Matching
    collection: Collection
    filing: Filing
    record: Kept
    rules: RuleLanguage
    duplicates: Duplicates

    def __post_init__(self) -> None:
        if MatchKey.NHS_NUMBER not in self.matching.keys:
            raise ValueError("matching.keys must hold nhs_number")
        if any(outcome.needs_a_clinician for outcome in self.rules.takes):
            raise ValueError("rules.takes holds an outcome that only a clinician may file")


def load_suppliers(extra: Path | None = None) -> dict[str, Supplier]:
    """The built-in suppliers by name, and those of the TOML files in `extra`, which may replace them.

    Raises SettingsError, naming the file, where one cannot be used.
    """
    texts = [(p.name, p.read_text("utf-8")) for p in files(__package__).joinpath("suppliers").iterdir()]
    if extra is not None:
        if not extra.is_dir():
            raise SettingsError(f"{extra}: no such folder of supplier files")
        texts += [(path.name, path.read_text("utf-8")) for path in sorted(extra.glob("*.toml"))]
    suppliers = (_read(name, text) for name, text in texts)
    return {supplier.name: supplier for supplier in suppliers}


def _read(name: str, text: str) -> Supplier:
    try:
        return msgspec.convert(tomllib.loads(text), Supplier)
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        raise SettingsError(f"supplier file {name}: {error}") from error
