"""Practices that differ, and what can be switched on to go wrong at them."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.simulators.gp_system.gp_office import body, result, waiting_in
from tests.simulators.gp_system.gp_running import World
from tests.simulators.gp_system.gp_world import NUMBERS, ODS, OTHER, desk, letter, patient, practice

Worlds = Callable[..., World]


def fault(kind: str, **changes: Any) -> dict[str, Any]:
    return {"practice": ODS, "kind": kind, **changes}


def struck(world: Worlds, *faults: dict[str, Any], **changes: Any) -> World:
    """A practice with these faults has collected one normal result."""
    here = world(practice(**changes))
    here.gp.admin("faults", list(faults))
    here.office.send(body(result(0)))
    here.gp.admin("collect")
    return here


def said(here: World) -> list[tuple[str, str | None]]:
    return [(answer.code, answer.disposition) for answer in here.office.answers()]


RECEIVED, FILED = ("20013", None), ("30001", "filed")


@pytest.mark.parametrize(
    ("kind", "answers", "entries"),
    [
        ("down", [], 0),
        ("rejects_all", [("20001", None)], 0),
        ("acknowledges_twice", [RECEIVED, FILED, RECEIVED, FILED], 1),
        ("never_acknowledges", [], 1),
        ("forgets_to_acknowledge", [RECEIVED], 1),
        ("wrong_acknowledgements", [RECEIVED, FILED], 1),
    ],
)
def test_each_fault_does_what_it_says(world: Worlds, kind: str, answers: list[Any], entries: int) -> None:
    here = struck(world, fault(kind))
    given = here.office.answers()
    assert [(answer.code, answer.disposition) for answer in given] == answers
    assert len(here.gp.observations()) == entries
    if kind == "wrong_acknowledgements":
        source = here.gp.observations()[0]["meta"]["source"]
        assert all(f"mesh:{answer.answers}" != source for answer in given)


def test_a_slow_practice_answers_later(world: Worlds) -> None:
    here = struck(world, fault("slow", minutes=90))
    assert said(here) == []
    here.gp.at("2026-11-02T10:29", "work")
    assert said(here) == []
    here.gp.at("2026-11-02T10:30", "work")
    assert said(here) == [RECEIVED, FILED]


def test_a_result_sent_again_after_a_forgotten_answer_brings_the_answer(world: Worlds) -> None:
    here = struck(world, fault("forgets_to_acknowledge"))
    assert said(here) == [RECEIVED]
    here.gp.admin("faults", [])
    here.office.send(body(result(0)))
    here.gp.at("2026-11-02T10:00", "collect")
    assert said(here) == [("20007", None), FILED]
    assert len(here.gp.observations()) == 1


def test_a_fault_has_days_a_probability_and_a_practice(world: Worlds) -> None:
    here = world(practice(), practice(OTHER))
    faults = [
        fault("never_acknowledges", first="2026-11-03", last="2026-11-04"),
        fault("never_acknowledges", practice="*", probability=0.0),
    ]
    here.gp.admin("faults", faults)
    assert [each["kind"] for each in here.gp.get("/admin/faults")] == ["never_acknowledges"] * 2
    for place, day in enumerate(("02", "03", "05")):
        here.office.send(body(result(place)))
        here.gp.at(f"2026-11-{day}T12:00", "collect")
        assert said(here) == ([] if day == "03" else [RECEIVED, FILED])


@pytest.mark.parametrize(
    "wrong", [fault("sleepy"), fault("down", practice="Z00000"), fault("down", probability=2)]
)
def test_a_fault_that_makes_no_sense_is_refused(world: Worlds, wrong: dict[str, Any]) -> None:
    here = world(practice())
    assert here.gp.ask("POST", "/admin/faults", json.dumps([wrong]).encode()).status_code == 422
    assert here.gp.get("/admin/faults") == []


def test_rules_off_means_a_person_for_every_result(world: Worlds) -> None:
    here = struck(world, rules=[])
    assert said(here) == [RECEIVED, ("30001", "awaiting-review")]
    here.gp.at("2026-11-02T12:00", "work")
    assert said(here) == [FILED]
    assert here.gp.observations()[0]["meta"]["tag"][0]["code"] == "person:coder"


def test_a_wrong_rule_files_another_code_and_a_careless_one_files_nothing(world: Worlds) -> None:
    recodes = [{"outcome": "normal", "code": "171176006"}]
    here = struck(world, rules=recodes)
    (entry,) = here.gp.observations()
    assert entry["valueCodeableConcept"]["coding"][0]["code"] == "171176006"
    assert said(here) == [RECEIVED, FILED]


def test_a_careless_rule_says_filed_and_codes_nothing(world: Worlds) -> None:
    here = struck(world, rules=[{"outcome": "normal", "action": "archive"}])
    assert said(here) == [RECEIVED, FILED]
    assert here.gp.observations() == []
    assert here.gp.counts()["messages"]["archived"] == 1


def test_a_practice_joins_on_its_day(world: Worlds) -> None:
    here = struck(world, ready_from="2026-11-03")
    assert said(here) == [("20010", None)]
    assert here.gp.counts()["minutes"]["rules"] == 0
    here.office.send(body(result(0)))
    here.gp.at("2026-11-03T12:00", "collect", "work")
    assert said(here) == [RECEIVED, FILED]
    here.gp.at("2026-11-03T13:00", "work")
    assert here.gp.counts()["minutes"]["rules"] == 2, "somebody switched the rules on"


def test_a_mailbox_that_is_missing_or_not_emptied_for_a_fortnight(world: Worlds, mesh: str) -> None:
    off = [{"first": "2026-11-02", "last": "2026-11-15"}]
    here = world(practice(collection_off=off), practice(OTHER, mailbox_id=None, mailbox_password=None))
    here.office.send(body(result(0)))
    here.office.send(body(result(0, ods=OTHER)), to=f"{OTHER}OT001")
    here.gp.admin("collect")
    assert here.gp.observations() == []
    here.gp.at("2026-11-16T09:00", "collect")
    assert len(here.gp.observations()) == 1
    assert waiting_in(mesh, f"{OTHER}OT001") == 1, "nobody has it"


MERGER = {"into": OTHER, "on": "2026-11-04", "mailbox_collected": True}


def test_after_a_merger_results_for_the_old_practice_come_back_and_its_letters_are_done_at_the_new(
    world: Worlds,
) -> None:
    other = practice(OTHER, patients=[])
    here = world(practice(merger=MERGER, desk=desk(backlog_minutes=2000)), other)
    here.office.send(body(result(0)))
    here.gp.admin("collect")
    here.gp.post(letter(1), letter(2, arrives_on="2026-11-05"))
    here.gp.at("2026-11-03T18:00", "work")
    assert here.gp.counts()["letters_open"] == 1, "behind the backlog; the other goes to the new address"

    here.office.send(body(result(3)))
    here.office.send(body(result(4, ods=OTHER)), to=f"{OTHER}OT001")
    here.gp.at("2026-11-05T12:00", "collect", "work")
    assert sorted(map(str, said(here)[2:])) == sorted(
        map(str, [RECEIVED, ("30003", "not-filed"), RECEIVED, FILED])
    )
    at_the_new = {entry["subject"]["identifier"]["value"] for entry in here.gp.observations(OTHER)}
    assert at_the_new == {NUMBERS[1], NUMBERS[2], NUMBERS[4]}
    assert here.gp.counts()["letters_open"] == 0
    assert len(here.gp.observations(ODS)) == 1


def test_after_a_merger_the_old_mailbox_may_stand_uncollected(world: Worlds, mesh: str) -> None:
    here = world(practice(merger=MERGER | {"mailbox_collected": False}), practice(OTHER, patients=[]))
    here.office.send(body(result(0)))
    here.gp.at("2026-11-04T12:00", "collect")
    assert waiting_in(mesh, f"{ODS}OT001") == 1


def test_a_review_begun_before_a_merger_is_filed_and_answered_after_it(world: Worlds) -> None:
    here = world(practice(merger=MERGER, patients=[patient(0)]), practice(OTHER, patients=[]))
    here.office.send(body(result(0, "recall_for_assessment", code="171176006")))
    here.gp.at("2026-11-02T14:00", "collect", "work")
    assert said(here) == [RECEIVED, ("30001", "awaiting-review")]
    here.gp.at("2026-11-04T18:00", "work")
    assert said(here) == [FILED]
    assert len(here.gp.observations(OTHER)) + len(here.gp.observations(ODS)) == 1


def test_whoever_is_rung_about_a_practice_that_merged_says_what_its_successor_has(world: Worlds) -> None:
    """Its open work lies at the successor: said to be nowhere, it would be posted and entered twice."""
    slow = practice(OTHER, patients=[], desk=desk(backlog_minutes=2000))
    here = world(practice(merger=MERGER, patients=[patient(0)], desk=desk(backlog_minutes=2000)), slow)
    here.office.send(body(result(0, "technical_recall", code=None)))
    here.gp.at("2026-11-02T14:00", "collect", "work")
    call = {"practice": ODS, "nhs_number": NUMBERS[0], "screening_number": "KXX000000"}
    asked = {"practice": ODS, "screening_numbers": ["KXX000000"]}
    here.gp.at("2026-11-04T12:00", "work")
    assert here.gp.admin("ring", call)["said"] == "waiting"
    assert here.gp.admin("reconcile", asked)["waiting"] == ["KXX000000"]
    here.gp.at("2026-12-24T12:00", "work")
    assert here.gp.admin("ring", call)["said"] == "held"
    assert here.gp.admin("reconcile", asked)["held"] == ["KXX000000"]
