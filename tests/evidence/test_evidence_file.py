"""The evidence file is read whole, checked row by row, and never quietly half-believed."""

import hashlib
from importlib import resources

import numpy as np
import pytest

from pilot.evidence import EvidenceError, load_assumptions

ROW = """\
[minutes]
value = 2.5
low = 0.9
high = 4.0
unit = "minutes"
distribution = "pert"
source = "a survey"
date = "2011"
grade = "judgement"
sentence = "An example."
"""


def test_the_toolkits_own_file_states_everything_of_every_figure():
    assumptions = load_assumptions()
    for assumption in assumptions.values():
        assert assumption.sentence.endswith(".")
        assert assumption.source
        assert assumption.date[:4].isdigit()
    own = resources.files("pilot.evidence").joinpath("assumptions.toml").read_bytes()
    assert assumptions.sha256 == hashlib.sha256(own).hexdigest()


def test_a_figure_without_a_named_source_is_graded_a_judgement():
    for assumption in load_assumptions().values():
        if assumption.source.startswith("No "):
            assert assumption.grade == "judgement", assumption.name


def test_the_headline_is_reproduced_by_the_inputs_it_is_said_to_have():
    a = load_assumptions()
    hours = a["headline_messages"].value * a["headline_minutes"].value / 60
    assert hours == pytest.approx(a["headline_hours"].value)
    assert hours * a["headline_pay"].value == pytest.approx(a["headline_gbp"].value, rel=0.001)


def test_a_file_of_ones_own_may_stand_in(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(ROW)
    assumptions = load_assumptions(path)
    assert list(assumptions) == ["minutes"]
    assert assumptions["minutes"].high == 4.0
    with pytest.raises(EvidenceError, match=r"missing: mine\.toml \[pay\]"):
        assumptions["pay"]
    assert "pay" not in assumptions


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("value = 2.5\n", "", r"lacks value: mine\.toml \[minutes\]"),
        ("value = 2.5", 'value = "2.5"', r"value is not a number: mine\.toml \[minutes\]"),
        ("value = 2.5", "value = true", r"value is not a number: mine\.toml \[minutes\]"),
        ('"pert"', '"triangle"', r"'triangle' is unknown: mine\.toml \[minutes\]. Use one of fixed, uniform"),
        ('"judgement"', '"hearsay"', r"grade 'hearsay' is unknown: mine\.toml \[minutes\]"),
        ('source = "a survey"', 'source = " "', r"source is empty or no text: mine\.toml \[minutes\]"),
        ("low = 0.9", "low = 0.9\nmode = 2", r"has mode, which nothing reads: mine\.toml \[minutes\]"),
        ("low = 0.9", "low = 3.9", r"low 3.9, value 2.5, high 4: mine\.toml \[minutes\]. Put them"),
        ("[minutes]", "minutes = 3\n[x]", r"outside a table: mine\.toml minutes"),
        ("[minutes]", "[minutes", r"is not TOML .*: mine\.toml"),
    ],
)
def test_a_wrong_row_is_named_with_what_to_mend(tmp_path, before, after, told):
    path = tmp_path / "mine.toml"
    path.write_text(ROW.replace(before, after, 1))
    with pytest.raises(EvidenceError, match=told):
        load_assumptions(path)


@pytest.mark.parametrize(("content", "told"), [(b"", "holds no figures"), (b"\xff\xfe", "is not TOML")])
def test_a_file_that_holds_nothing_readable_is_refused(tmp_path, content, told):
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(EvidenceError, match=told):
        load_assumptions(path)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(EvidenceError, match="cannot be read"):
        load_assumptions(tmp_path / "none.toml")


def test_each_figure_has_its_own_stream_so_that_another_changes_nothing():
    assumptions = load_assumptions()
    alone = assumptions.draws(["minutes_a_result"], 100, seed=3)
    among = assumptions.draws(["on_costs", "minutes_a_result", "adoption"], 100, seed=3)
    np.testing.assert_array_equal(alone["minutes_a_result"], among["minutes_a_result"])
    other = assumptions.draws(["minutes_a_result"], 100, seed=4)
    assert not np.array_equal(alone["minutes_a_result"], other["minutes_a_result"])
