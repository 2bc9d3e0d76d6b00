"""The triple check that office staff do by eye: print against cover, extract, letters and what went before.

Pure. What agrees is fit to send; what disagrees goes to a person with both versions; nothing is guessed.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pilot.domain.result import (
    Disputed,
    DisputeReason,
    Provenance,
    Rejected,
    ScreeningResult,
    Version,
    valid_nhs_number,
)
from pilot.nbss.agreement import (
    Bearer,
    PracticeFound,
    differences,
    implausible,
    numbers_of_two,
    practice_of,
    repetition,
    says_one_thing,
)
from pilot.nbss.batch import Batch, Cover, FileKind, FileReading
from pilot.nbss.known import Known, Seen, Sources, with_directory, with_episodes, with_letters, with_subjects
from pilot.nbss.missing import Missing, miscounted

_NOTHING_KNOWN = Known()


@dataclass(frozen=True, slots=True)
class Checked:
    """Each record of the batch is in exactly one of the first three.

    `rejected` also holds what the checks found of the batch itself (a count, an extract row without a print).
    `episode_ids` gives, for the results here, the episode each was linked to; `reported` the keys of findings
    on extract rows: both only for `remember`. `held_against` says of each fit result what else spoke of it.
    """

    fit: tuple[ScreeningResult, ...]
    rejected: tuple[Rejected, ...]
    disputed: tuple[Disputed, ...]
    episode_ids: Mapping[Provenance, str]
    reported: frozenset[str]
    held_against: Mapping[Provenance, str]


@dataclass(frozen=True, slots=True)
class _Filled:
    """A result with the practice and the date that its print leaves to other sources."""

    result: ScreeningResult
    practice: PracticeFound
    seen: Seen


def check(batch: Batch, known: Known = _NOTHING_KNOWN) -> Checked:
    """Check a batch against itself and against what is known."""
    sources = Sources(batch, known)
    rejected = [item for file in batch.files for item in (*file.rejected, *miscounted(file))]
    readable: list[_Filled] = []
    for filled in (
        _filled(result, file, sources) for file in batch.files for result in _taken(file, sources)
    ):
        unfit = _unfit(filled, sources)
        if unfit is None:
            readable.append(filled)
        else:
            rejected.append(unfit)
    fit, disputed = _decided(readable, rejected, sources, known)

    earlier = [seen for held in known.results.values() for seen in held]
    named = known.numbers_rejected | {item.nhs_number for item in rejected if item.nhs_number is not None}
    rejected, said_of_tables = _said_once(rejected, batch, known)
    missing = Missing(sources, known, [*earlier, *(filled.seen for filled in readable)], named)
    rejected += missing.findings(batch)
    return Checked(
        tuple(fit),
        tuple(rejected),
        tuple(disputed),
        {filled.result.provenance: filled.seen.episode_id for filled in readable if filled.seen.episode_id},
        frozenset(missing.reported | said_of_tables),
        _held_against(fit, sources, batch),
    )


def check_again(waiting: Sequence[ScreeningResult], known: Known) -> Checked:
    """Results of earlier batches that waited for their practice, held against all that is known by now."""
    places = {(result.participant.nhs_number, result.provenance) for result in waiting}
    others = {
        number: tuple(seen for seen in held if (number, seen.provenance) not in places)
        for number, held in known.results.items()
    }
    files = tuple(
        FileReading(
            result.provenance.file,
            result.provenance.file,
            "",
            FileKind.SIL,
            covers=(Cover(result.provenance.page, result.local_number, printed_on=result.printed_on),),
            results=(result,),
        )
        for result in waiting
    )
    return check(Batch(files), replace(known, results=others))


def _decided(
    readable: list[_Filled], rejected: list[Rejected], sources: Sources, known: Known
) -> tuple[list[ScreeningResult], list[Disputed]]:
    """Fit or for a person; of several findings on one result the gravest is given."""
    of_batch: dict[str, list[Seen]] = defaultdict(list)
    for filled in readable:
        of_batch[filled.seen.nhs_number].append(filled.seen)
    screening_numbers = {filled.seen.screening_number for filled in readable}
    before = [
        seen
        for number, held in known.results.items()
        for seen in held
        if number in of_batch or seen.screening_number in screening_numbers
    ]
    prints = [*before, *(filled.seen for filled in readable)]
    shared = numbers_of_two([*(_bearer(seen, sources) for seen in prints), *_bearers(rejected)])

    fit: list[ScreeningResult] = []
    disputed: list[Disputed] = []
    for filled in readable:
        result, seen = filled.result, filled.seen
        alike = of_batch[seen.nhs_number]
        place = alike.index(seen)
        earlier = (*known.results.get(seen.nhs_number, ()), *alike[:place])
        number = sources.current(seen.nhs_number)
        if number in shared:
            finding = Disputed(result, DisputeReason.SAME_NUMBER_TWO_PEOPLE, shared[number])
        elif (versions := repetition(seen, earlier, alike[place + 1 :])) is not None:
            reason = DisputeReason.DUPLICATE if says_one_thing(versions) else DisputeReason.AMENDED
            finding = Disputed(result, reason, versions)
        else:
            found = next(differences(result, filled.practice, sources), None)
            if found is None:
                fit.append(result)
                continue
            finding = found
        disputed.append(finding)
    return fit, disputed


def remember(known: Known, batch: Batch, checked: Checked) -> Known:
    """What is known after a batch was checked: the value to give to the next `check`."""
    results = dict(known.results)
    without_practice = (item.result for item in checked.rejected if item.result is not None)
    for result in (*checked.fit, *(disputed.result for disputed in checked.disputed), *without_practice):
        number = result.participant.nhs_number
        seen = Seen.of(result, checked.episode_ids.get(result.provenance))
        results[number] = (*results.get(number, ()), seen)
    rejected = {item.nhs_number for item in checked.rejected if item.nhs_number and item.provenance.page}
    return Known(
        results,
        with_episodes(known.episodes, (row for file in batch.files for row in file.episodes)),
        with_subjects(known.subjects, (row for file in batch.files for row in file.subjects)),
        with_directory(known.directory, (entry for file in batch.files for entry in file.directory)),
        with_letters(known.letters, (letter for file in batch.files for letter in file.letters)),
        known.numbers_rejected | rejected,
        known.reported | checked.reported,
    )


def _held_against(fit: list[ScreeningResult], sources: Sources, batch: Batch) -> dict[Provenance, str]:
    """What else spoke of each fit result, and what a second eye said of its file."""
    eyes = {file.name: file.second_eye for file in batch.files}
    return {
        result.provenance: "; ".join(
            filter(None, (sources.held_against(result), eyes[result.provenance.file]))
        )
        for result in fit
    }


def _said_once(rejected: list[Rejected], batch: Batch, known: Known) -> tuple[list[Rejected], frozenset[str]]:
    """What is wrong of NBSS's tables is said once: they come whole each day. Also the keys to remember it by."""
    tables = {file.name for file in batch.files if file.kind is FileKind.EPISODE_TABLE}
    said: set[str] = set()
    kept = []
    for item in rejected:
        if item.provenance.file in tables and item.screening_number:
            key = f"table {item.screening_number} {item.reason.value} {item.detail}"
            if key in known.reported:
                continue
            said.add(key)
        kept.append(item)
    return kept, frozenset(said)


def _taken(file: FileReading, sources: Sources) -> Iterator[ScreeningResult]:
    """The results of a file; those of NBSS's tables only where no print brings them."""
    for result in file.results:
        if file.kind is not FileKind.EPISODE_TABLE or not sources.printed(result):
            yield result


def _filled(result: ScreeningResult, file: FileReading, sources: Sources) -> _Filled:
    number = result.participant.nhs_number
    cover = file.cover_of(result.provenance.page)
    practice = practice_of(cover, sources.directory, sources.subject(number), result.printed_on)
    episode = sources.episode_of(result)
    day = result.date
    if day is None and episode is not None:
        day = episode.date_of_as or episode.date_of_foa
    local_number = cover.local_number if cover is not None else None
    full = replace(result, practice=practice.code, date=day, local_number=local_number)
    return _Filled(full, practice, Seen.of(full, episode.episode_id if episode is not None else None))


def _unfit(filled: _Filled, sources: Sources) -> Rejected | None:
    """Why a result cannot be sent whatever a person decides between; None where nothing speaks against it."""
    result, practice = filled.result, filled.practice
    found = implausible(result, sources.latest_day)
    if found is None and practice.reason is not None:
        found = practice.reason, practice.detail
    if found is None:
        return None
    return Rejected(
        *found,
        result.provenance,
        result.screening_number,
        result.participant.nhs_number,
        result.practice,
        result.lines,
        result if found[0] is practice.reason else None,
    )


def _bearer(seen: Seen, sources: Sources) -> Bearer:
    """A person whose number was replaced is one person under both."""
    says = f"NHS number {seen.nhs_number}: {seen.screening_number}, {seen.says()}"
    return Bearer(
        sources.current(seen.nhs_number), seen.screening_number, Version(str(seen.provenance), says)
    )


def _bearers(rejected: list[Rejected]) -> Iterator[Bearer]:
    """Prints that cannot be sent still show whom their numbers belong to."""
    for item in rejected:
        if item.nhs_number and item.screening_number and valid_nhs_number(item.nhs_number):
            says = f"NHS number {item.nhs_number}: {item.screening_number} ({item.detail})"
            yield Bearer(item.nhs_number, item.screening_number, Version(str(item.provenance), says))


def preview(batch: Batch, checked: Checked) -> dict[str, Any]:
    """`{"files": [{"file", "kind", "results": [...], "rejected": [...]}]}`, dates in ISO form.

    A disputed result stands among `rejected` with both versions as its detail. `practice` and `date` are null
    only where nothing in the batch says them; `held_against` is what else spoke of a result, or `print only`.
    """
    results: dict[str, list[dict[str, Any]]] = defaultdict(list)
    rejected: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for result in sorted(checked.fit, key=lambda result: _place(result.provenance)):
        results[result.provenance.file].append(_result(result, checked.held_against[result.provenance]))
    unfit: list[Rejected | Disputed] = [*checked.rejected, *checked.disputed]
    for item in sorted(unfit, key=lambda item: _place(_provenance(item))):
        rejected[_provenance(item).file].append(_rejected(item))
    return {
        "files": [
            {
                "file": file.path,
                "kind": file.kind.value,
                "results": results.get(file.name, []),
                "rejected": rejected.get(file.name, []),
            }
            for file in batch.files
        ]
    }


def _result(result: ScreeningResult, held_against: str) -> dict[str, Any]:
    return {
        "screening_number": result.screening_number,
        "nhs_number": result.participant.nhs_number,
        "date_of_birth": result.participant.date_of_birth.isoformat(),
        "practice": result.practice,
        "outcome": result.outcome.value,
        "date": result.date.isoformat() if result.date else None,
        "page": result.provenance.page,
        "record": result.provenance.record,
        "held_against": held_against,
    }


def _rejected(item: Rejected | Disputed) -> dict[str, Any]:
    where = _provenance(item)
    if isinstance(item, Disputed):
        detail = "; ".join(f"{version.source}: {version.says}" for version in item.versions)
    else:
        detail = item.detail
    return {"page": where.page, "record": where.record, "reason": item.reason.value, "detail": detail}


def _provenance(item: Rejected | Disputed) -> Provenance:
    return item.result.provenance if isinstance(item, Disputed) else item.provenance


def _place(where: Provenance) -> tuple[str, int, int]:
    return where.file, where.page, where.record
