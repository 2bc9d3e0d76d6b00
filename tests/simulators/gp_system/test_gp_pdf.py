"""A result as a PDF page through MESH: acknowledged on arrival, then read and typed like any other letter."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from tests.simulators.gp_system.gp_office import Answer, body, result
from tests.simulators.gp_system.gp_running import World
from tests.simulators.gp_system.gp_world import desk, letter, practice

PDF = "BREAST_SCREENING_RESULT_PDF"


def page(lines: list[str]) -> bytes:
    """The lines as an A4 page in Courier, as the contract has it."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setFont("Courier", 10)
    for row, line in enumerate(lines):
        canvas.drawString(36, 800 - 12 * row, line)
    canvas.save()
    return out.getvalue()


@pytest.mark.parametrize(
    ("outcome", "code"),
    [("normal", "168749009"), ("recall_for_assessment", "171176006"), ("did_not_attend", "281399006")],
)
def test_a_page_is_acknowledged_and_typed_from_the_screen(
    world: Callable[..., World], outcome: str, code: str
) -> None:
    here = world(practice(ready=False, rules=[]))
    local_id = here.office.send(page(letter(0, outcome)["lines"]), PDF)
    here.gp.admin("collect")
    assert here.office.answers() == [Answer(local_id, "20013", None)]
    assert here.gp.counts()["letters_open"] == 1, "no post in between"

    here.gp.at("2026-11-02T09:10", "work")
    (entry,) = here.gp.observations()
    assert entry["valueCodeableConcept"]["coding"][0]["code"] == code
    assert entry["meta"]["source"] == f"mesh:{local_id}"
    assert entry["issued"] == "2026-11-02T09:02:00+00:00"
    assert here.office.answers() == [], "nothing but a person reads it: no business answer"


@pytest.mark.parametrize("payload", [b"%PDF-1.4 but no more", b"GIF89a", b"", page([])])
def test_a_page_that_nobody_could_read_is_refused(world: Callable[..., World], payload: bytes) -> None:
    here = world(practice())
    local_id = here.office.send(payload or b" ", PDF)
    here.gp.admin("collect")
    assert here.office.answers() == [Answer(local_id, "20009", None)]
    assert here.gp.counts()["letters_arrived"] == 0


def test_paper_and_page_of_the_same_result_are_typed_alike(world: Callable[..., World]) -> None:
    """Common random numbers: with errors in every tenth result, both channels make the same ones."""
    rates: dict[str, Any] = {"wrong_code_rate": 0.5, "wrong_person_rate": 0.5}
    here = world(practice(desk=desk(**rates)))
    here.gp.post(*(letter(place) for place in range(6)))
    for place in range(6):
        here.office.send(page(letter(place)["lines"]), PDF)
    here.gp.at("2026-11-03T12:00", "collect")
    here.gp.at("2026-11-04T12:00", "work")

    def typed(channel: str) -> list[tuple[str, str]]:
        return sorted(
            (entry["subject"]["identifier"]["value"], entry["valueCodeableConcept"]["coding"][0]["code"])
            for entry in here.gp.observations()
            if entry["meta"]["source"].startswith(channel)
        )

    assert len(typed("post:")) == 6
    assert typed("post:") == typed("mesh:")


def test_a_result_message_with_the_page_s_workflow_is_no_page(world: Callable[..., World]) -> None:
    here = world(practice())
    here.office.send(body(result(0)), PDF)
    here.gp.admin("collect")
    assert [answer.code for answer in here.office.answers()] == ["20009"]
