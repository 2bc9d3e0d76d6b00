"""Read a code set from TOML and refuse one that is not whole."""

import tomllib
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from importlib import resources
from pathlib import Path

import msgspec

from pilot.coding.code_set import CodeSet, Question, Row, SetStatus, SignOff, Use, Verification
from pilot.coding.concepts import counts_as_screened, known_concepts, valid_concept_id
from pilot.domain.outcome import Outcome
from pilot.domain.result import Concept
from pilot.errors import CodeSetError

_DATA = resources.files("pilot.coding").joinpath("data")
_NOT_SETS = frozenset({"concepts", "clusters"})


class _SignOffEntry(msgspec.Struct, forbid_unknown_fields=True):
    use: Use
    by: str
    on: date
    note: str = ""


class _QuestionEntry(msgspec.Struct, forbid_unknown_fields=True):
    code: str
    term: str
    sent_for: frozenset[Outcome]
    otherwise: str
    why: str


class _RowEntry(msgspec.Struct, forbid_unknown_fields=True):
    text: str
    code: str = ""
    term: str = ""
    status: Verification | None = None
    source: str = ""
    uncoded: str = ""
    note: str = ""
    awaits: str = ""
    shared_because: str = ""


class _SetEntry(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    title: str
    owner: str
    date: date
    status: SetStatus
    sign_off: _SignOffEntry
    question: _QuestionEntry
    outcomes: dict[Outcome, _RowEntry]


def code_set_names() -> tuple[str, ...]:
    """The names of the code sets that come with the toolkit, in order."""
    stems = (Path(entry.name).stem for entry in _DATA.iterdir() if entry.name.endswith(".toml"))
    return tuple(sorted(stem for stem in stems if stem not in _NOT_SETS))


def load_code_set(name: str | Path) -> CodeSet:
    """A code set that comes with the toolkit, by name, or another by the path of its TOML file.

    Raises CodeSetError, which names every fault of the set in one line.
    """
    where, text = _read(name)
    try:
        entry = msgspec.convert(tomllib.loads(text), _SetEntry)
    except msgspec.ValidationError as error:
        raise CodeSetError("The code set is not well formed", f"{where}: {error}", "Mend the file") from error
    except (
        ValueError,
        RecursionError,
    ) as error:  # nested too deeply, or a number too long, is no TOML either
        raise CodeSetError("The code set is not TOML", f"{where}: {error}", "Mend the file") from error
    if entry.status is SetStatus.WITHDRAWN:
        raise CodeSetError(
            "The code set is withdrawn", where, f"Choose one of: {', '.join(code_set_names())}"
        )
    if faults := list(_faults(entry)):
        raise CodeSetError(
            "The code set is not whole",
            f"{where}: {'; '.join(faults)}",
            "Mend the rows, or choose another set",
        )
    return _code_set(entry)


def _read(name: str | Path) -> tuple[str, str]:
    if isinstance(name, str) and not name.endswith(".toml"):
        if name not in code_set_names():
            raise CodeSetError("Unknown code set", name, f"Choose one of: {', '.join(code_set_names())}")
        return f"{name}.toml", _DATA.joinpath(f"{name}.toml").read_text("utf-8")
    path = Path(name)
    try:
        return str(path), path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise CodeSetError(f"The code set cannot be read ({reason})", str(path), "Check the path") from error


def _faults(entry: _SetEntry) -> Iterator[str]:
    for name in ("id", "title", "owner"):
        if not getattr(entry, name).strip():
            yield f"{name} is empty"
    if not entry.sign_off.by.strip():
        yield "sign_off.by is empty"
    if entry.sign_off.on < entry.date:
        yield "sign_off.on is before the set's own date"
    yield from _question_faults(entry.question)
    for outcome in Outcome:
        if outcome not in entry.outcomes:
            yield f"outcomes.{outcome} is missing"
    for outcome, row in entry.outcomes.items():
        yield from _row_faults(outcome, row, entry.sign_off.use)
    yield from _sharing_faults(entry.outcomes)


def _question_faults(question: _QuestionEntry) -> Iterator[str]:
    yield from _concept_faults("question", question.code, question.term)
    for name in ("otherwise", "why"):
        if not getattr(question, name).strip():
            yield f"question.{name} is empty"
    clusters = counts_as_screened(question.code)
    untrue = [outcome for outcome in Outcome if outcome in question.sent_for and not outcome.was_screened]
    if clusters and untrue:
        yield (
            f"question.sent_for holds {', '.join(untrue)}, but {', '.join(clusters)} counts {question.code} as"
            " screened"
        )


def _row_faults(outcome: Outcome, row: _RowEntry, use: Use) -> Iterator[str]:
    where = f"outcomes.{outcome}"
    if not row.text.strip():
        yield f"{where}.text is empty"
    if bool(row.code) == bool(row.uncoded.strip()):
        yield f"{where} must have either a code or, as `uncoded`, the reason for none"
    if not row.code:
        return
    yield from _concept_faults(where, row.code, row.term)
    known = known_concepts().get(row.code)
    if known is not None and outcome not in known.fits:
        yield f"{where}: {row.code} ({known.term}) does not say this outcome"
    if row.status is None or not row.source.strip():
        yield f"{where}: a code needs its status and its source"
    if use is Use.LIVE and row.status is not Verification.CONFIRMED:
        yield f"{where}: signed off for live use, but {row.code} is not confirmed"


def _concept_faults(where: str, code: str, term: str) -> Iterator[str]:
    if not valid_concept_id(code):
        yield f"{where}: {code!r} is not a SNOMED CT concept id"
    known = known_concepts().get(code)
    if known is not None and term != known.term:
        yield f"{where}: {code} is {known.term!r}, not {term!r}"
    if not term.strip():
        yield f"{where}: a code needs its term"


def _sharing_faults(outcomes: dict[Outcome, _RowEntry]) -> Iterator[str]:
    rows = defaultdict(list)
    for outcome, row in outcomes.items():
        if row.code:
            rows[row.code].append((outcome, row))
    for code, sharing in rows.items():
        if len(sharing) > 1 and not all(row.shared_because.strip() for _, row in sharing):
            yield f"{code} stands for {', '.join(o for o, _ in sharing)} without `shared_because` on each"


def _code_set(entry: _SetEntry) -> CodeSet:
    return CodeSet(
        id=entry.id,
        title=entry.title,
        owner=entry.owner,
        date=entry.date,
        status=entry.status,
        sign_off=SignOff(entry.sign_off.use, entry.sign_off.by, entry.sign_off.on, entry.sign_off.note),
        question=Question(
            Concept(entry.question.code, entry.question.term),
            entry.question.sent_for,
            entry.question.otherwise,
        ),
        rows=tuple(_row(outcome, entry.outcomes[outcome]) for outcome in Outcome),
    )


def _row(outcome: Outcome, row: _RowEntry) -> Row:
    return Row(
        outcome=outcome,
        text=row.text,
        concept=Concept(row.code, row.term) if row.code else None,
        uncoded=row.uncoded,
        status=row.status,
        source=row.source,
        note=row.note,
        awaits=row.awaits,
    )
