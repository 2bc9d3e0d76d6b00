"""Filed by rule, before a person, or not at all: every way it can go, without anything around it."""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.gp_system.desk.settings import Role
from simulators.gp_system.outcomes import Outcome, known_concepts
from simulators.gp_system.practice import Patient, Rule
from simulators.gp_system.receiving.filing_decision import (
    FilingDecision,
    Found,
    Match,
    TaskKind,
    decide,
    match,
    same_name,
)
from simulators.gp_system.receiving.payload import Disposition, Received
from simulators.gp_system.receiving.result_message import read_bundle
from simulators.gp_system.supplier import Action, MatchKey, load_suppliers
from tests.simulators.gp_system.gp_office import body, result
from tests.simulators.gp_system.gp_world import ODS, patient

SUPPLIERS = load_suppliers()
TODAY = date(2026, 11, 2)
KNOWN = Match(Found.KNOWN, msgspec.convert(patient(0), Patient))


def received(outcome: str, code: str | None) -> Received:
    return read_bundle(body(result(0, outcome, code=code)), ODS)[0]


@given(
    outcome=st.sampled_from(sorted(Outcome)),
    code=st.none() | st.sampled_from(sorted(known_concepts())) | st.just("999000000000000107"),
    found=st.sampled_from(sorted(Found)),
    action=st.sampled_from(sorted(Action)),
    supplier=st.sampled_from(sorted(SUPPLIERS)),
    with_rule=st.booleans(),
)
def test_what_must_come_before_a_person_is_never_filed_without_one(
    outcome: Outcome, code: str | None, found: Found, action: Action, supplier: str, with_rule: bool
) -> None:
    result = received(outcome, code)
    rule = Rule(result.outcome or outcome, action) if with_rule else None
    decision = decide(result, Match(found, KNOWN.patient), rule, SUPPLIERS[supplier])
    abnormal = outcome is Outcome.RECALL_FOR_ASSESSMENT or (
        code in known_concepts() and known_concepts()[str(code)].means == "abnormal"
    )
    by_itself = decision.disposition is Disposition.FILED
    if abnormal or code is None or code not in known_concepts() or found is not Found.KNOWN or not with_rule:
        assert not by_itself
    if decision.disposition is Disposition.AWAITING_REVIEW:
        assert decision.task is not None, "somebody must look"
    if abnormal and decision.task is TaskKind.REVIEW:
        assert decision.role is Role.CLINICIAN
    assert decision.enters_record <= by_itself
    assert decision.business_code in (30001, 30002, 30003, 30004)


@pytest.mark.parametrize(
    ("outcome", "code", "why"),
    [
        ("normal", None, "without a code"),
        ("normal", "999000000000000107", "does not know"),
        ("normal", "71651007", "says no outcome"),
        ("normal", "171176006", "a clinician must see it"),
        ("recall_for_assessment", "171175005", "a clinician must see it"),
    ],
)
def test_doubts_about_a_code_are_said_in_words(outcome: str, code: str | None, why: str) -> None:
    decision = decide(received(outcome, code), KNOWN, Rule(Outcome(outcome)), SUPPLIERS["emis"])
    assert decision.disposition is Disposition.AWAITING_REVIEW
    assert why in decision.why


def test_a_rule_that_archives_says_filed_and_codes_nothing() -> None:
    rule = Rule(Outcome.NORMAL, Action.ARCHIVE)
    decision = decide(received("normal", "171175005"), KNOWN, rule, SUPPLIERS["emis"])
    assert decision == FilingDecision(30001, Disposition.FILED, "filed by rule", rule=rule)
    assert not decision.enters_record


def test_systmone_like_rules_take_satisfactory_results_only() -> None:
    """What only EMIS-like rules take has no concept yet: with none, no rule of either takes it."""
    satisfactory = SUPPLIERS["systmone"].rules.takes
    assert Outcome.NORMAL in satisfactory
    assert Outcome.TECHNICAL_RECALL in SUPPLIERS["emis"].rules.takes - satisfactory
    technical, rule = received("technical_recall", None), Rule(Outcome.TECHNICAL_RECALL)
    for supplier in SUPPLIERS.values():
        assert decide(technical, KNOWN, rule, supplier).task is TaskKind.REVIEW


@pytest.mark.parametrize(("supplier", "task"), [("emis", TaskKind.UNMATCHED), ("systmone", None)])
def test_who_is_not_here_waits_unmatched_or_is_turned_away(supplier: str, task: TaskKind | None) -> None:
    decision = decide(received("normal", "171175005"), Match(Found.UNKNOWN), None, SUPPLIERS[supplier])
    assert (decision.business_code, decision.disposition, decision.task) == (
        30002,
        Disposition.NOT_FILED,
        task,
    )


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, Found.KNOWN),
        ({"registered_to": "2026-11-02"}, Found.LEFT),
        ({"registered_to": "2026-11-03"}, Found.KNOWN),
        ({"registered_from": "2026-11-03"}, Found.UNKNOWN),
        ({"died_on": "2026-11-02"}, Found.DECEASED),
        ({"died_on": "2026-11-02", "registered_to": "2026-11-02"}, Found.DECEASED),
        ({"surname": "OTHER"}, Found.DIFFERS),
        ({"date_of_birth": "1950-01-01"}, Found.DIFFERS),
        ({"surname": "OTHER", "date_of_birth": "1950-01-01"}, Found.UNKNOWN),
    ],
)
def test_matching_by_number_date_of_birth_and_surname(changes: dict[str, Any], found: Found) -> None:
    on_the_list = msgspec.convert(patient(0, **changes), Patient)
    assert match(received("normal", "171175005"), on_the_list, MatchKey, TODAY).found is found


def test_nobody_with_that_number() -> None:
    assert match(received("normal", "171175005"), None, MatchKey, TODAY) == Match(Found.UNKNOWN)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("O'NEILL", "Oneill", True),
        ("SMITH-JONES", "SMITH JONES", True),
        ("ZOË", "ZOE", True),
        ("SMITH", "SMYTH", False),
    ],
)
def test_names_are_the_same_but_for_how_they_are_written(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same
