"""The practices file, supplier files and the desk's settings: what is wrong is said in one line, with its place."""

import json
from pathlib import Path
from typing import Any

import pytest

from pilot.evidence import load_assumptions
from pilot.experiment.arm_setup import desk_settings
from simulators.gp_system.errors import SettingsError
from simulators.gp_system.practice import Practice, read_practices
from simulators.gp_system.supplier import load_suppliers
from tests.simulators.gp_system.gp_world import PASSWORD, desk, practice, write_lines

SUPPLIERS = load_suppliers()


def read(tmp_path: Path, *lines: dict[str, Any]) -> list[Practice]:
    return list(read_practices(write_lines(tmp_path / "practices.jsonl", list(lines)), SUPPLIERS))


def without(settings: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name != key}


@pytest.mark.parametrize("key", sorted(desk()))
def test_no_desk_setting_has_a_hidden_default(tmp_path: Path, key: str) -> None:
    with pytest.raises(SettingsError, match=rf"line 1, practice Z99001: .*`{key}`"):
        read(tmp_path, practice(desk=without(desk(), key)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"missed_rate": 1.2}, "missed_rate"),
        ({"backlog_minutes": -1}, "backlog_minutes"),
        ({"post_opened_at": "9:30"}, "post_opened_at"),
        ({"opens_on": []}, "no working day"),
        ({"opens_on": [8]}, "opens_on"),
        ({"staff": desk()["staff"][:1]}, "nobody with role clinician"),
        ({"minutes_per_letter": {"low": 3, "mode": 2, "high": 4}}, "low <= mode <= high"),
        ({"unmatched_minutes": {"low": 3, "high": 2}}, "low <= high"),
        ({"coding_habit": {}}, "coding_habit has nothing for normal"),
        ({"wrong_code_habit": {"banana": []}}, "banana"),
        ({"wrong_code_habit": {}, "wrong_code_rate": 0.1}, "wrong_code_habit"),
        ({"pile_order": "last_in_first_out"}, "pile_order"),
    ],
)
def test_values_that_cannot_be_are_refused(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        read(tmp_path, practice(desk=desk(**change)))


def test_an_unknown_setting_is_refused_for_it_may_be_a_slip(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="mised_rate"):
        read(tmp_path, practice(desk=desk() | {"mised_rate": 0.1}))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"supplier": "vision"}, "supplier 'vision' is not one of emis, systmone"),
        ({"rules": ["banana"]}, "rules"),
        ({"mailbox_password": None}, "belong together"),
        ({"supplier": "systmone", "rules": [{"outcome": "normal", "action": "archive"}]}, "cannot archive"),
        ({"merger": {"into": "Z99009", "on": "2026-11-10", "mailbox_collected": True}}, "Z99009"),
    ],
)
def test_practices_that_cannot_be_are_refused(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words) as refused:
        read(tmp_path, practice(**change))
    assert PASSWORD not in str(refused.value)


def test_a_file_that_is_not_there_or_not_json(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        list(read_practices(tmp_path / "none.jsonl", SUPPLIERS))
    spoiled = tmp_path / "spoiled.jsonl"
    spoiled.write_text(json.dumps(practice()) + "\n{half a line", "utf-8")
    with pytest.raises(SettingsError, match=r"spoiled\.jsonl line 2"):
        list(read_practices(spoiled, SUPPLIERS))


def test_the_evidence_file_fills_every_setting(tmp_path: Path) -> None:
    settings = desk_settings(load_assumptions(), practice="Z99001", list_size=9000, seed=1)
    assert read(tmp_path, practice(desk=settings))[0].desk.seed == 1


THIRD = """
name = "medicus"
title = "A third supplier"
[matching]
keys = ["nhs_number", "date_of_birth"]
unmatched = "reject"
[collection]
interval_minutes = 60
cap = 100
other_workflows = "leave"
[filing]
on_arrival = true
visible_to_patient = "filed"
[record]
keeps = "value"
interpretation = false
[rules]
title = "Rules"
actions = ["file"]
takes = ["normal"]
[duplicates]
same = ["message"]
"""


def test_a_third_supplier_is_one_more_file(tmp_path: Path) -> None:
    (tmp_path / "medicus.toml").write_text(THIRD, "utf-8")
    suppliers = load_suppliers(tmp_path)
    assert sorted(suppliers) == ["emis", "medicus", "systmone"]
    assert suppliers["medicus"].collection.interval_minutes == 60


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('takes = ["normal"]', 'takes = ["recall_for_assessment"]', "only a clinician"),
        ('keys = ["nhs_number", "date_of_birth"]', 'keys = ["surname"]', "must hold nhs_number"),
        ("interval_minutes = 60", "interval_minutes = 1", "interval_minutes"),
        ("cap = 100", "cap = ", "medicus.toml"),
        ("on_arrival = true", "on_arival = true", "on_arival"),
    ],
)
def test_a_supplier_file_that_cannot_be_used_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    (tmp_path / "medicus.toml").write_text(THIRD.replace(old, new), "utf-8")
    with pytest.raises(SettingsError, match=words):
        load_suppliers(tmp_path)
