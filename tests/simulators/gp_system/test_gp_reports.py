"""The reports practices run on their record: right where results are coded, blind where they are text."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.simulators.gp_system.gp_world import NUMBERS, GpSystems, desk, habit, letter, patient, practice

Gp = Callable[..., GpSystems]


def typed(gp: Gp, *letters: dict[str, Any], **changes: Any) -> GpSystems:
    here = gp(practice(desk=desk(**changes)))
    here.post(*letters)
    here.at("2026-11-04T18:00", "work")
    return here


def numbers(report: dict[str, Any]) -> list[str]:
    return [person["nhs_number"] for person in report["patients"]]


ALL = (letter(0), letter(1), letter(2, "did_not_attend"), letter(3, "recall_for_assessment"))


def test_attendance_and_uptake_at_a_date(gp: Gp) -> None:
    here = typed(gp, *ALL)
    report = here.get("/reports/Z99001/attendance", on="2026-11-04")
    assert (report["attended"], report["did_not_attend"], report["uptake"]) == (3, 1, 0.75)
    before = here.get("/reports/Z99001/attendance", on="2026-11-02")
    assert (before["attended"], before["uptake"]) == (0, None), "nothing was in the record yet"
    assert here.get("/reports/Z99001/attendance", on="2030-11-04")["attended"] == 0, "another round"


def test_what_is_only_text_is_not_counted(gp: Gp) -> None:
    habits = desk()["coding_habit"] | {"did_not_attend": [habit(None, "DNA breast screening")]}
    report = typed(gp, *ALL, coding_habit=habits).get("/reports/Z99001/attendance", on="2026-11-04")
    assert (report["did_not_attend"], report["not_countable"], report["uptake"]) == (0, 1, 1.0)


def test_who_did_not_attend(gp: Gp) -> None:
    here = typed(gp, *ALL)
    report = here.get("/reports/Z99001/did-not-attend", on="2026-11-04")
    assert report["patients"] == [{"nhs_number": NUMBERS[2], "date": "2026-11-02", "days_since": 2}]
    came = [line.replace("19-Oct-2026", "03-Nov-2026") for line in letter(2)["lines"]]
    here.post(letter(2, page=9, lines=came))
    here.at("2026-11-05T18:00", "work")
    assert numbers(here.get("/reports/Z99001/did-not-attend", on="2026-11-05")) == []


def test_who_was_recalled_and_has_nothing_since(gp: Gp) -> None:
    here = typed(gp, *ALL)
    report = here.get("/reports/Z99001/recalled-without-follow-up", on="2026-11-18")
    assert report["patients"] == [{"nhs_number": NUMBERS[3], "date": "2026-10-19", "days_since": 30}]


def test_who_appears_due(gp: Gp) -> None:
    people = [
        patient(0),
        patient(1),
        patient(2),
        patient(3, date_of_birth="1990-05-04"),
        patient(4, registered_to="2026-01-01"),
        patient(5, died_on="2026-01-01"),
    ]
    here = gp(practice(patients=people))
    here.post(letter(0), letter(2, "did_not_attend"))
    here.at("2026-11-04T18:00", "work")
    report = here.get("/reports/Z99001/due", on="2026-11-04")
    assert report["eligible"] == 3
    assert numbers(report) == [NUMBERS[1], NUMBERS[2]], "one came; who did not come is still due"


@pytest.mark.parametrize("code", ["171176006", "268547008"])
def test_an_abnormal_code_for_mere_attendance_misleads_the_coordinator(gp: Gp, code: str) -> None:
    wrong = {"*": [habit(code, "as some practices code it")]}
    here = typed(gp, letter(0), wrong_code_rate=1.0, wrong_code_habit=wrong)
    misled = here.get("/reports/Z99001/recalled-without-follow-up", on="2026-11-18")
    assert numbers(misled) == ([NUMBERS[0]] if code == "171176006" else [])


def test_reports_that_are_not_there(gp: Gp) -> None:
    here = gp(practice())
    assert here.ask("GET", "/reports/Z99001/waiting-times").status_code == 404
    assert here.ask("GET", "/reports/Z00000/due").status_code == 404
    assert here.ask("GET", "/reports/Z99001/due", on="yesterday").status_code == 400
