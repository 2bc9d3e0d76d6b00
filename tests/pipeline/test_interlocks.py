"""Safety interlocks: what must not leave does not leave, and says why."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilot.coding import CodeSet, SignOff, Use, load_code_set
from pilot.domain.delivery import State
from pilot.domain.outcome import Outcome
from pilot.domain.result import Concept, ScreeningResult, valid_nhs_number
from pilot.messages import Organisation
from pilot.pipeline.dispatch import dispatch, stopped_after_coding, stopped_before_coding
from pilot.pipeline.entry import Owner
from pilot.pipeline.ledger import EmittedFile, Ledger, NewEntry
from pilot.pipeline.reasons import Reason, Why
from pilot.pipeline.settings import LIVE_HOSTS, MeshSettings, Settings
from tests.pipeline.mesh_in_memory import MeshInMemory
from tests.pipeline.people import NUMBERS, result

NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)
SIMULATOR = MeshSettings("http://127.0.0.1:8700", "KXXOT001", "p", "k")
LIVE = MeshSettings(f"https://{min(LIVE_HOSTS)}", "KXXOT001", "p", "k")
CODE_SET = load_code_set("interim-2026-11")
SIGNED = replace(CODE_SET, sign_off=SignOff(Use.LIVE, "A. Safety Officer", NOW.date()))


def outside_the_test_range() -> str:
    """A number with a right check digit that is not kept for tests, computed here so that it stands nowhere."""
    below = int(NUMBERS[0][:9]) - 599_000_000
    return next(
        number
        for nine in range(below, below + 11)
        if valid_nhs_number(number := f"{nine:09}{_check_digit(nine)}")
    )


def _check_digit(nine: int) -> int:
    weighed = sum(int(digit) * weight for digit, weight in zip(f"{nine:09}", range(10, 1, -1), strict=True))
    return (11 - weighed % 11) % 11


def real(number: int = 1) -> ScreeningResult:
    made = result(number)
    return replace(made, participant=replace(made.participant, nhs_number=outside_the_test_range()))


def sent_and_stopped(
    folder: Path, documents: list[ScreeningResult], mesh: MeshSettings, code_set: CodeSet
) -> tuple[list[str], list[tuple[State, Why, Owner | None]]]:
    """What MESH got, and where each result is after one dispatch."""
    settings = Settings(Organisation(ods="KXX", name="KELDERBY"), mesh, code_set.id)
    exchange = MeshInMemory()
    with Ledger(folder / "ledger.sqlite") as ledger:
        ledger.take_in(
            [EmittedFile("f" * 64, "x", "sil")], [NewEntry("f" * 64, each) for each in documents], b"{}", NOW
        )
        dispatch(ledger, exchange, settings, code_set, lambda: NOW)  # type: ignore[arg-type]
        states = [(entry.state, entry.reason, entry.owner) for entry in ledger.entries()]
    return [message.local_id for message in exchange.taken], states


def test_the_number_made_here_is_one_and_not_for_tests() -> None:
    assert not real().participant.synthetic
    assert result(1).participant.synthetic


@pytest.mark.parametrize(
    ("document", "mesh", "reason"),
    [
        (result(1), SIMULATOR, None),
        (result(1), LIVE, Reason.WRONG_KIND_OF_NUMBER),
        (real(), SIMULATOR, Reason.WRONG_KIND_OF_NUMBER),
        (real(), LIVE, None),
    ],
    ids=["test to simulator", "test to live", "real to simulator", "real to live"],
)
def test_test_numbers_stay_with_simulators_and_real_ones_with_the_live_service(
    document: ScreeningResult, mesh: MeshSettings, reason: Reason | None
) -> None:
    assert stopped_before_coding(document, SIGNED, mesh) is reason


@pytest.mark.parametrize(
    ("document", "mesh"), [(result(1), LIVE), (real(), SIMULATOR)], ids=["test to live", "real to simulator"]
)
def test_the_wrong_kind_of_number_never_leaves(
    tmp_path: Path, document: ScreeningResult, mesh: MeshSettings
) -> None:
    sent, states = sent_and_stopped(tmp_path, [document], mesh, SIGNED)
    assert sent == []
    assert states == [(State.WITH_A_PERSON, Reason.WRONG_KIND_OF_NUMBER, Owner.OFFICE)]


def test_a_code_set_without_sign_off_never_goes_live(tmp_path: Path) -> None:
    sent, states = sent_and_stopped(tmp_path, [real()], LIVE, CODE_SET)
    assert sent == []
    assert states == [(State.WITH_A_PERSON, Reason.CODE_SET_NOT_SIGNED_OFF, Owner.OFFICE)]
    assert stopped_before_coding(result(1), CODE_SET, SIMULATOR) is None


def test_a_code_set_with_sign_off_may(tmp_path: Path) -> None:
    """The control, so that the two tests above cannot pass for another reason."""
    sent, states = sent_and_stopped(tmp_path, [real()], LIVE, SIGNED)
    assert len(sent) == 1
    assert states[0][0] is State.SENT


@pytest.mark.parametrize(
    "text",
    [
        "SCREENED - WILL BE INVITED FOR FURTHER ATTENT Opinion R: Abnormality present on imaging, uncertain",
        "NOT SCREENED Because : DNA any screening session",
    ],
)
def test_a_result_that_contradicts_its_own_text_never_leaves(tmp_path: Path, text: str) -> None:
    wrong = replace(result(1), outcome=Outcome.NORMAL, outcome_text=text)
    sent, states = sent_and_stopped(tmp_path, [wrong, result(2)], SIMULATOR, CODE_SET)
    assert len(sent) == 1  # the other one goes: one stopped result stops nothing else
    assert states[0] == (State.WITH_A_PERSON, Reason.CONTRADICTS_ITSELF, Owner.OFFICE)
    assert states[1][0] is State.SENT


def test_a_code_that_means_another_outcome_never_leaves(tmp_path: Path) -> None:
    rows = tuple(
        replace(row, concept=Concept("171176006", "Breast neoplasm screening abnormal"))
        if row.outcome is Outcome.NORMAL
        else row
        for row in CODE_SET.rows
    )
    swapped = replace(CODE_SET, rows=rows)
    assert stopped_after_coding(swapped.code(result(1))) is Reason.CONTRADICTS_ITSELF
    sent, states = sent_and_stopped(tmp_path, [result(1)], SIMULATOR, swapped)
    assert sent == []
    assert states[0][1] == Reason.CONTRADICTS_ITSELF


@given(st.booleans(), st.booleans(), st.booleans())
def test_only_like_goes_to_like(is_real: bool, is_live: bool, signed: bool) -> None:
    document = real() if is_real else result(1)
    mesh = LIVE if is_live else SIMULATOR
    stopped = stopped_before_coding(document, SIGNED if signed else CODE_SET, mesh)
    assert (stopped is None) == (is_real == is_live and (signed or not is_live))
