"""The code sets that come with the toolkit, and the ones it refuses."""

import pickle
import tomllib
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import verhoeff

from pilot.coding import (
    Use,
    Verification,
    code_set_names,
    known_concepts,
    load_code_set,
    valid_concept_id,
)
from pilot.domain.outcome import Outcome
from pilot.errors import CodeSetError, UserError

SHIPPED = code_set_names()
INTERIM_TEXT = resources.files("pilot.coding").joinpath("data/interim-2026-11.toml").read_text("utf-8")

Rewrite = Callable[[str, str], Path]


@pytest.fixture
def rewritten(tmp_path: Path) -> Rewrite:
    """The interim code set with one piece of its text replaced, in a file of its own."""

    def write(old: str, new: str) -> Path:
        assert old in INTERIM_TEXT, "the test changes nothing"
        path = tmp_path / "changed.toml"
        path.write_text(INTERIM_TEXT.replace(old, new, 1), "utf-8")
        return path

    return write


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_set_answers_for_every_outcome(name: str) -> None:
    code_set = load_code_set(name)
    assert code_set.id == name
    assert {row.outcome for row in code_set.rows} == set(Outcome)
    for row in code_set.rows:
        assert bool(row.concept) != bool(row.uncoded)
        if row.concept:
            assert valid_concept_id(row.concept.code)
            assert row.source
            assert row.status is Verification.UNCONFIRMED


def test_the_interim_set_codes_normal_and_did_not_attend() -> None:
    assert load_code_set("interim-2026-11").expected_codes() == {
        Outcome.NORMAL: "171175005",
        Outcome.DID_NOT_ATTEND: "281399006",
    }


def test_the_breast_specific_set_sends_nothing_generic() -> None:
    assert load_code_set("breast-specific-only-2026-11").expected_codes() == {Outcome.NORMAL: "171175005"}


def test_the_generic_concept_says_why_and_in_what_context() -> None:
    row = load_code_set("interim-2026-11").row(Outcome.DID_NOT_ATTEND)
    assert "268547008" in row.note
    assert "no breast-specific one was found" in row.note


def test_a_declined_invitation_goes_uncoded_and_says_why() -> None:
    for name in SHIPPED:
        row = load_code_set(name).row(Outcome.DECLINED)
        assert row.concept is None
        assert "12275351000119103" in row.uncoded


def test_concepts_that_are_awaited_have_a_term_and_no_id() -> None:
    row = load_code_set("interim-2026-11").row(Outcome.NORMAL)
    assert row.awaits == "Breast cancer screening national programme - normal (finding)"
    assert row.awaits not in {concept.term for concept in known_concepts().values()}


@pytest.mark.parametrize("name", SHIPPED)
def test_no_shipped_set_is_for_live_use(name: str) -> None:
    """That such a set never goes live is the pipeline's interlock: tests/pipeline/test_interlocks.py."""
    assert load_code_set(name).signed_off_for is Use.SIMULATION


def test_a_code_set_crosses_process_boundaries() -> None:
    code_set = load_code_set("interim-2026-11")
    code_set.row(Outcome.NORMAL)
    assert pickle.loads(pickle.dumps(code_set)) == code_set


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('code = "171175005"', 'code = "171175006"', "'171175006' is not a SNOMED CT concept id"),
        ('code = "171175005"', 'code = "171176006"', "171176006 is 'Breast neoplasm screening abnormal'"),
        (
            'code = "171175005"\nterm = "Breast neoplasm screening normal"',
            'code = "171176006"\nterm = "Breast neoplasm screening abnormal"',
            "does not say this outcome",
        ),
        ('code = "281399006"\nterm = "Did not attend"', "", "either a code or"),
        ('code = "281399006"', 'code = "281399006"\nuncoded = "because"', "either a code or"),
        ('status = "unconfirmed"\nsource = "public code lists"', 'status = "unconfirmed"', "its source"),
        ('text = "Breast screening: did not attend"', 'text = " "', "outcomes.did_not_attend.text is empty"),
        ("[outcomes.died]", "[outcomes.abducted]", "not well formed"),
        ('owner = "Breast screening results pilot, alpha team"', 'owner = ""', "owner is empty"),
        ('owner = "Breast screening results pilot, alpha team"', "", "missing required field `owner`"),
        ("date = 2026-11-24", "date = 2026-11-25", "before the set's own date"),
        ('use = "simulation"', 'use = "live"', "signed off for live use, but 171175005 is not confirmed"),
        ('code = "268547008"', 'code = "268547009"', "question: '268547009' is not"),
        (
            'sent_for = ["normal", ',
            'sent_for = ["normal", "did_not_attend", ',
            "counts 268547008 as screened",
        ),
        ('otherwise = "Breast screening invitation"', 'otherwise = ""', "question.otherwise is empty"),
        ("[sign_off]", "[sign_off", "not TOML"),
        ('title = "', 'colour = "', "not well formed"),
    ],
)
def test_a_set_that_is_not_whole_is_refused_in_one_line(
    rewritten: Rewrite, old: str, new: str, says: str
) -> None:
    with pytest.raises(CodeSetError) as caught:
        load_code_set(rewritten(old, new))
    line = str(caught.value)
    assert says in line
    assert "changed.toml" in line
    assert "\n" not in line


def test_an_outcome_without_a_row_is_named(rewritten: Rewrite) -> None:
    row = INTERIM_TEXT[INTERIM_TEXT.index("[outcomes.moved]") : INTERIM_TEXT.index("[outcomes.died]")]
    with pytest.raises(CodeSetError, match=r"outcomes\.moved is missing"):
        load_code_set(rewritten(row, ""))


# A concept that the catalogue does not know, as the programme's own will be; the id is made up for this test.
UNKNOWN = "9" + "0" * 5 + "00"
UNKNOWN += verhoeff.calc_check_digit(UNKNOWN)


def _coded(outcome: str, extra: str = "") -> str:
    return (
        f'[outcomes.{outcome}]\ncode = "{UNKNOWN}"\nterm = "Programme concept"\nsource = "test"\n'
        f'status = "confirmed"\n{extra}'
    )


@pytest.mark.parametrize("because", ["", 'shared_because = "the programme has one concept for both"\n'])
def test_one_id_for_two_outcomes_must_be_said_to_be_meant(tmp_path: Path, because: str) -> None:
    text = INTERIM_TEXT
    for outcome in ("moved", "died"):
        start = text.index(f"[outcomes.{outcome}]")
        end = text.index("[outcomes.", start + 1)
        words = tomllib.loads(text[start:end])["outcomes"][outcome]["text"]
        text = text[:start] + _coded(outcome, f'{because}text = "{words}"\n\n') + text[end:]
    path = tmp_path / "shared.toml"
    path.write_text(text, "utf-8")
    if because:
        assert load_code_set(path).expected_codes()[Outcome.DIED] == UNKNOWN
    else:
        with pytest.raises(CodeSetError, match="without `shared_because`"):
            load_code_set(path)


@pytest.mark.parametrize("name", ["", "../errors", "concepts", "interim"])
def test_an_unknown_name_is_answered_with_the_known_ones(name: str) -> None:
    with pytest.raises(UserError, match=SHIPPED[0]):
        load_code_set(name)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CodeSetError, match=r"none\.toml"):
        load_code_set(tmp_path / "none.toml")


def test_a_withdrawn_set_is_refused(rewritten: Rewrite) -> None:
    with pytest.raises(CodeSetError, match="withdrawn"):
        load_code_set(rewritten('status = "interim"', 'status = "withdrawn"'))


def test_a_set_signed_off_for_live_use_may_be_used_live(tmp_path: Path) -> None:
    path = tmp_path / "live.toml"
    path.write_text(
        INTERIM_TEXT.replace('"unconfirmed"', '"confirmed"').replace('use = "simulation"', 'use = "live"'),
        "utf-8",
    )
    assert load_code_set(path).signed_off_for is Use.LIVE


def test_every_known_concept_has_a_valid_id() -> None:
    assert all(valid_concept_id(code) for code in known_concepts())


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("171175006", "check digit"),
        ("0171175005", "leading zero"),
        ("17117", "too short"),
        ("754746017", "a description's partition (01)"),
        ("100000000000000000000", "too long"),
        ("17117500５", "a digit of another script"),
        ("", "nothing"),
    ],
)
def test_what_is_not_a_concept_id(code: str, why: str) -> None:
    assert not valid_concept_id(code), why


@given(st.sampled_from(sorted(known_concepts())), st.data())
def test_a_slip_of_the_finger_is_always_noticed(code: str, data: st.DataObject) -> None:
    """Verhoeff: every single wrong digit, and every swap of neighbours."""
    position = data.draw(st.integers(0, len(code) - 1))
    digit = data.draw(st.sampled_from(sorted(set("0123456789") - {code[position]})))
    assert not valid_concept_id(code[:position] + digit + code[position + 1 :])
    if position and code[position] != code[position - 1]:
        swapped = code[: position - 1] + code[position] + code[position - 1] + code[position + 1 :]
        assert not valid_concept_id(swapped)


def test_the_two_concepts_for_normal_mean_the_same_and_abnormal_does_not() -> None:
    known = known_concepts()
    assert known["171175005"].fits == known["168749009"].fits == {Outcome.NORMAL}
    assert Outcome.NORMAL not in known["171176006"].fits
