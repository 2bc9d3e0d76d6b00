"""What a practice answers, word for word, and that the pipeline reads it as it is meant."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fhir.resources.R4B.bundle import Bundle

from pilot.messages import read_acknowledgement
from simulators.gp_system.receiving.payload import Acknowledgement, Disposition
from simulators.gp_system.receiving.result_message import write_answer

GOLDEN = Path(__file__).parents[2] / "golden" / "gp_system" / "acknowledgements"
NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
MESSAGE = "3f0c5a52-7d0e-4c5b-9a39-0f6f7f3f6a11"

SAID = {
    "20013": (20013, "received", None),
    "20001": (20001, "the practice's system cannot process messages", None),
    "20007": (20007, "taken in before: not filed again", None),
    "20009": (20009, "the Patient has no valid NHS number", None),
    "20010": (20010, "the practice does not take coded results: send the PDF", None),
    "30001-filed": (30001, "filed by rule", Disposition.FILED),
    "30001-awaiting-review": (
        30001,
        "an abnormal result: a clinician must see it",
        Disposition.AWAITING_REVIEW,
    ),
    "30002-not-filed": (30002, "nobody here matches", Disposition.NOT_FILED),
    "30003-not-filed": (30003, "no longer registered here", Disposition.NOT_FILED),
    "30004-awaiting-review": (30004, "recently deceased: a person must see it", Disposition.AWAITING_REVIEW),
}


def rendered(name: str) -> bytes:
    code, words, disposition = SAID[name]
    return write_answer(Acknowledgement(MESSAGE, "Z99001", code, words, disposition), NOW)


@pytest.mark.parametrize("name", SAID)
def test_answers_are_as_written_down(name: str) -> None:
    assert json.loads(rendered(name)) == json.loads((GOLDEN / f"{name}.json").read_bytes())


@pytest.mark.parametrize("name", SAID)
def test_answers_are_fhir(name: str) -> None:
    Bundle.model_validate_json(rendered(name))


@pytest.mark.parametrize("name", SAID)
def test_the_pipeline_reads_what_was_meant(name: str) -> None:
    code, words, disposition = SAID[name]
    read = read_acknowledgement(rendered(name))
    assert (read.response_to, read.itk_code, read.words) == (MESSAGE, str(code), words)
    assert read.disposition == disposition


def test_the_same_answer_keeps_its_identifier_and_another_has_another() -> None:
    identifiers = {json.loads(rendered(name))["identifier"]["value"] for name in SAID}
    assert len(identifiers) == len(SAID)
    assert rendered("20013") == rendered("20013")
