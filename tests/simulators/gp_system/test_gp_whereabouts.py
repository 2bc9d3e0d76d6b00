"""What lies open at the practices, result by result: so that what a ledger believes can be held against it."""

from collections.abc import Callable
from typing import Any

from tests.simulators.gp_system.gp_office import body, result
from tests.simulators.gp_system.gp_running import World
from tests.simulators.gp_system.gp_world import ODS, GpSystems, desk, letter, patient, practice


def lying(here: GpSystems) -> dict[str, tuple[str, str]]:
    return {row["screening_number"]: (row["kind"], row["where"]) for row in here.get("/admin/open")["open"]}


def test_a_letter_is_in_the_post_then_on_the_desk_then_no_more(gp: Callable[..., GpSystems]) -> None:
    here = gp(practice())
    here.clock("2026-11-02T09:00")
    here.post(letter(0))
    assert lying(here) == {"KXX000000": ("letters", "in_the_post")}
    [row] = here.get("/admin/open")["open"]
    assert row["source"] == "post:SIL-KXX-20261102-101.pdf#1/1"
    assert row["message_id"] is None
    here.at("2026-11-03T09:31", "work")
    assert lying(here)["KXX000000"][1] in ("on_the_desk", "in_hand")
    here.at("2026-11-03T18:00", "work")
    assert lying(here) == {}


def test_what_never_arrives_and_what_nobody_opens_is_said(gp: Callable[..., GpSystems]) -> None:
    lost = gp(practice(desk=desk(lost_in_post_rate=1.0)))
    lost.post(letter(0))
    assert lying(lost) == {"KXX000000": ("letters", "lost")}


def test_what_somebody_was_done_with_and_did_not_enter_is_said(gp: Callable[..., GpSystems]) -> None:
    here = gp(practice(desk=desk(missed_rate=1.0)))
    here.post(letter(0))
    here.at("2026-11-03T18:00", "work")
    assert lying(here) == {"KXX000000": ("letters", "closed")}


def test_a_practice_that_does_nothing_leaves_it_for_ever(gp: Callable[..., GpSystems]) -> None:
    idle = gp(practice(desk=desk(never_done=True)))
    idle.post(letter(0))
    idle.at("2026-11-30T18:00", "work")
    assert lying(idle) == {"KXX000000": ("letters", "ignored")}


def test_a_message_that_waits_for_a_clinician_is_named_by_its_own_id(world: Callable[..., World]) -> None:
    here = world(practice())
    sent: dict[str, Any] = result(0, "recall_for_assessment", code="171176006")
    here.office.send(body(sent))
    here.gp.admin("collect")
    [row] = here.gp.get("/admin/open")["open"]
    assert (row["kind"], row["role"], row["screening_number"]) == ("review", "clinician", "KXX000000")
    assert row["message_id"] == sent["identifier"]["value"]
    assert row["source"] == f"mesh:{row['message_id']}"


def said(here: GpSystems, number: int, of: int | None = None) -> str:
    """What the practice says of a result, rung about it; `of`: whose record is asked about, if not her own."""
    person = patient(number if of is None else of)["nhs_number"]
    call = {"practice": ODS, "nhs_number": person, "screening_number": f"KXX{number:06}"}
    answer: str = here.admin("ring", call)["said"]
    return answer


def test_whoever_is_rung_says_what_is_in_her_record_and_what_lies_there(world: Callable[..., World]) -> None:
    here = world(practice())
    here.office.send(body(result(0)))
    here.office.send(body(result(1, "recall_for_assessment", code="171176006")))
    assert said(here.gp, 0) == said(here.gp, 1) == "not_held", "nobody has collected them"
    here.gp.admin("collect")
    assert said(here.gp, 0) == "held"
    assert said(here.gp, 0, of=1) == "not_held", "in somebody else's record it would be no good"
    assert said(here.gp, 1) == "waiting"
    assert said(here.gp, 2) == "not_held"


def test_the_record_of_one_result_does_not_answer_for_another_of_the_same_person(
    world: Callable[..., World],
) -> None:
    here = world(practice())
    here.office.send(body(result(0, effective="2026-10-19")))
    here.gp.admin("collect")
    first, second = "KXX000000 2026-10-19", "KXX000000 2026-11-13"
    person = patient(0)["nhs_number"]
    for name, answer in ((first, "held"), (second, "not_held")):
        call = {"practice": ODS, "nhs_number": person, "screening_number": name}
        assert here.gp.admin("ring", call)["said"] == answer
    page = {"practice": ODS, "screening_numbers": [first, second]}
    assert here.gp.admin("reconcile", page) == {"held": [first], "waiting": [], "not_held": [second]}
    here.office.send(body(result(0, "recall_for_assessment", code="171176006", effective="2026-11-13")))
    here.gp.at("2026-11-03T10:00", "collect")
    assert here.gp.admin("reconcile", page) == {"held": [first], "waiting": [second], "not_held": []}
