"""Read practices.jsonl; whatever is wrong with it is said in one line, with its place."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from simulators.gp_system.errors import SettingsError
from simulators.gp_system.practice import Practice, Rule
from simulators.gp_system.supplier import Action, Supplier


def read_practices(path: Path, suppliers: Mapping[str, Supplier]) -> Iterator[Practice]:
    """Each practice of the file, one at a time, since their lists are long.

    Raises SettingsError that names file, line, practice and what is wrong; the last ones at the end of the file.
    """
    decoder = msgspec.json.Decoder(Practice)
    successors: dict[str, str] = {}
    seen: set[str] = set()
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                practice = _decoded(decoder, line, f"{path.name} line {number}")
                _check(practice, suppliers, f"{path.name} line {number}, practice {practice.ods}")
                if practice.ods in seen:
                    raise SettingsError(f"{path.name} line {number}: practice {practice.ods} is there twice")
                seen.add(practice.ods)
                if practice.merger is not None:
                    successors[practice.ods] = practice.merger.into
                yield practice
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror})") from error
    for ods, into in successors.items():
        if into not in seen or into in successors:
            raise SettingsError(
                f"{path.name}, practice {ods}: it cannot merge into {into}, which is not there to stay"
            )


class _Name(msgspec.Struct):
    ods: str = "?"


def _decoded(decoder: msgspec.json.Decoder[Practice], line: bytes, where: str) -> Practice:
    try:
        return decoder.decode(line)
    except msgspec.ValidationError as error:
        try:
            ods = msgspec.json.decode(line, type=_Name).ods
        except msgspec.ValidationError:
            ods = "?"
        raise SettingsError(f"{where}, practice {ods}: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{where}: not a JSON object ({error})") from error


def _check(practice: Practice, suppliers: Mapping[str, Supplier], where: str) -> None:
    supplier = suppliers.get(practice.supplier)
    if supplier is None:
        known = ", ".join(sorted(suppliers))
        raise SettingsError(f"{where}: supplier {practice.supplier!r} is not one of {known}")
    for rule in practice.rules:
        action = rule.action if isinstance(rule, Rule) else Action.FILE
        if action not in supplier.rules.actions:
            raise SettingsError(f"{where}: a rule cannot {action} in {supplier.title}")
    if (practice.mailbox_id is None) != (practice.mailbox_password is None):
        raise SettingsError(f"{where}: mailbox_id and mailbox_password belong together")
