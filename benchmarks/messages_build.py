"""How quickly result messages are built, as a ratio to fhir.resources building the same content.

    python benchmarks/messages_build.py [SECONDS]

Both sides write JSON bytes from the same normal result, the PDF page left out (it costs each the same; its own
rate is printed apart). Alternating rounds, best round of each, so that a busy machine harms both alike.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import orjson
from fhir.resources.R4B.bundle import Bundle

from pilot.coding import load_code_set
from pilot.domain.outcome import Outcome
from pilot.domain.result import CodedResult, Participant, Provenance, ScreeningResult
from pilot.messages import Organisation
from pilot.messages.pdf_page import pdf_page
from pilot.messages.result_message import result_message

ROUNDS = 5


def main(seconds: float) -> None:
    coded = load_code_set("interim-2026-11").code(example())
    bare = bare_example()
    content = orjson.loads(build(bare))
    rates = _rates(
        seconds / (ROUNDS * 4),
        {
            "pilot.messages, without the page": lambda: build(bare),
            "fhir.resources, without the page": lambda: Bundle.model_validate(content).model_dump_json(),
            "pilot.messages, whole": lambda: build(coded),
            "the page alone": lambda: pdf_page(coded.result),
        },
    )
    for name, rate in rates.items():
        print(f"{name:34} {rate:10,.0f}/s")
    ours, theirs = list(rates.values())[:2]
    print(f"{'ratio to fhir.resources':34} {ours / theirs:10.1f}")


def _rates(seconds: float, jobs: dict[str, Callable[[], object]]) -> dict[str, float]:
    best = dict.fromkeys(jobs, 0.0)
    for _ in range(ROUNDS):
        for name, job in jobs.items():
            best[name] = max(best[name], _rate(job, seconds))
    return best


def _rate(job: Callable[[], object], seconds: float) -> float:
    done, start = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - start) < seconds:
        job()
        done += 1
    return done / elapsed


def build(coded: CodedResult) -> bytes:
    return result_message(
        coded,
        message_id="3f0c5a52-7d0e-4c5b-9a39-0f6f7f3f6a11",
        sender=Organisation("KXX", "Feathering Breast Screening Office"),
        recipient=Organisation("Z99001", "Feathering Surgery"),
        now=datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
    )


def bare_example() -> CodedResult:
    """A normal result without its page."""
    coded = load_code_set("interim-2026-11").code(example())
    return replace(coded, result=replace(coded.result, lines=()))


def example() -> ScreeningResult:
    return ScreeningResult(
        screening_number="KXX049443",
        participant=Participant(
            "9990000018", "DE'ATH", "ZOË", "MISS", date(1961, 5, 4), ("1 THE STREET", "ZZ9 9ZZ")
        ),
        bso="KXX",
        practice="Z99001",
        outcome=Outcome.NORMAL,
        outcome_text="SCREENED - ROUTINE RECALL",
        date=date(2026, 2, 19),
        printed_on=date(2026, 2, 23),
        provenance=Provenance("SIL-KXX-20260223-123.pdf", 2, 1),
        lines=("NHS BREAST SCREENING PROGRAMME",) + ("         Address: 1 THE STREET",) * 18,
    )


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 10)
