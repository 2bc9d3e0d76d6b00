"""What an intake would do, as JSON for a person or a program: nothing is sent."""

from collections import defaultdict
from typing import Any

from pilot.domain.result import Disputed, Provenance, Rejected, ScreeningResult
from pilot.nbss.batch import Batch
from pilot.nbss.check import Checked


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
