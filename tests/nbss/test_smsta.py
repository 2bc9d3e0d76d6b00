"""The participants' letters: whose each is, when it was printed, and what it tells her."""

from datetime import date

import pytest

from pilot.domain.outcome import Outcome
from pilot.domain.result import RejectionReason
from pilot.nbss.pdf import Page
from pilot.nbss.smsta import is_letter, read_letters
from tests.nbss.prints import HEADING, NORMAL


def letter(*sentences: str, number: str = "999 000 0018") -> tuple[str, ...]:
    return (
        HEADING,
        "MRS FLORA FIELD",
        "1 THE STREET",
        " " * 59 + "Date: 23-Feb-2026",
        "Screening Number: KXX000001",
        f"      NHS Number: {number}",
        "Dear MRS FIELD",
        *sentences,
        "If you have questions, call 01632 960123.",
    )


def read(*pages: tuple[str, ...]):
    return read_letters([Page(n, rows, bool(rows)) for n, rows in enumerate(pages, 1)], "SMSTA.pdf")


def test_a_letter_is_read():
    (one,), rejected = read(letter("Your mammogram shows no signs of breast cancer."))
    assert rejected == ()
    assert (one.nhs_number, one.screening_number, one.printed_on) == (
        "9990000018",
        "KXX000001",
        date(2026, 2, 23),
    )
    assert (one.outcome, str(one.provenance)) == (Outcome.NORMAL, "SMSTA.pdf page 1 record 1")


@pytest.mark.parametrize(
    ("sentences", "outcome"),
    [
        (("You did not come to your", "breast screening appointment."), Outcome.DID_NOT_ATTEND),
        (("SOME OF YOUR IMAGES   WERE NOT CLEAR ENOUGH.",), Outcome.TECHNICAL_RECALL),
        (("Your mammogram shows a change. You need some", "more tests."), Outcome.RECALL_FOR_ASSESSMENT),
        (("Not all of the usual images could be taken.", "Those taken show no signs of breast cancer."),
         Outcome.PARTIAL_MAMMOGRAPHY),
        (("Your mammogram shows no signs of breast cancer.", "You need to come back for further tests."), None),
        (("We will write to you again.",), None),
    ],
)  # fmt: skip
def test_what_it_tells_her_is_one_thing_or_not_known(sentences, outcome):
    (one,), _ = read(letter(*sentences))
    assert one.outcome is outcome


@pytest.mark.parametrize("number", ["", "111", "999 000 0019"])
def test_a_number_that_is_none_is_not_kept(number):
    (one,), _ = read(letter("You did not come to your appointment.", number=number))
    assert (one.nhs_number, one.screening_number) == (None, "KXX000001")


def test_every_page_is_a_letter_or_rejected():
    letters, rejected = read(letter(), (), (HEADING, *NORMAL))
    assert [each.provenance.page for each in letters] == [1]
    assert [(item.reason, item.provenance.page) for item in rejected] == [
        (RejectionReason.UNREADABLE_RECORD, 3)
    ]
    _, (picture,) = read_letters([Page(1, (), drawn=True)], "SMSTA.pdf")
    assert picture.reason is RejectionReason.IMAGE_ONLY_PAGE


def test_a_letter_is_told_from_a_report():
    assert is_letter(letter())
    assert not is_letter((HEADING, *NORMAL))
