"""One record: a result read exactly, or the reason why not in words that office staff use."""

from dataclasses import replace
from datetime import date

import pytest

from pilot.domain.outcome import Outcome
from pilot.domain.result import Rejected, RejectionReason, ScreeningResult
from tests.nbss.prints import HEADING, NORMAL, RECALL, RULE, Record, cover, only, read_one, report_of
from tests.printed_records import PRINTED

WHOLE = Record()


def screened(headline: str, opinion: str) -> tuple[str, ...]:
    return (headline, "      Mammography on: 19-Feb-2026", f"             Opinion: {opinion}")


def result_of(record: Record) -> ScreeningResult:
    found = read_one(record)
    assert isinstance(found, ScreeningResult), found
    return found


def reason_of(record: Record) -> RejectionReason:
    found = read_one(record)
    assert isinstance(found, Rejected), found
    return found.reason


@pytest.mark.parametrize("outcome", Outcome)
def test_every_way_an_episode_closes_is_read(outcome: Outcome):
    result = result_of(replace(WHOLE, ending=PRINTED[outcome]))
    assert result.outcome is outcome
    assert result.date == (date(2026, 2, 19) if outcome.was_screened else None)


def test_the_whole_record_is_read():
    result = result_of(replace(WHOLE, telephone="01632 960555"))
    person = result.participant
    assert (result.screening_number, result.bso, result.practice) == ("KXX000001", "KXX", None)
    assert (person.nhs_number, person.date_of_birth) == ("9990000018", date(1961, 5, 4))
    assert (person.surname, person.forename, person.title) == ("FIELD", "FLORA", "MRS")
    assert person.address == ("1 THE STREET", "FEATHERING", "ZZ9 9ZZ")
    assert person.telephone == "01632 960555"
    assert (result.printed_on, result.outcome_text) == (date(2026, 2, 23), "SCREENED - ROUTINE RECALL")


@pytest.mark.parametrize(
    "renamed",
    [
        {"Screening Number:": "Screening No:", "NHS Number:": "NHS No:", "Date of Birth:": "D.O.B.:"},
        {"Telephone:": "Tel. No:", "Screened on:": "Date screened:", "Opinion:": "Result:"},
        {"Screening Number:": "SCREENING NUMBER :", "Date of Birth:": "DOB :", "Age:": "AGE :"},
        {"Screening Number:": "Screening No.:", "NHS Number:": "NHS NO. :", "Telephone:": "Phone:"},
    ],
    ids=["short", "other words", "capitals", "stops"],
)
def test_an_offices_own_labels_are_known(renamed: dict[str, str]):
    rows = WHOLE.rows
    for label, other in renamed.items():
        assert any(label in row for row in rows)
        rows = tuple(row.replace(label, other) for row in rows)
    found = only(report_of(cover(), rows))
    expected = result_of(WHOLE)
    assert isinstance(found, ScreeningResult), found
    assert replace(found, lines=()) == replace(expected, lines=())


@pytest.mark.parametrize("born", ["04-May-1961", "4 May 1961", "04/05/1961", "04.05.1961", "1961-05-04"])
def test_dates_are_read_as_offices_write_them(born: str):
    assert result_of(replace(WHOLE, born=born)).participant.date_of_birth == date(1961, 5, 4)


@pytest.mark.parametrize("born", ["", "04-May-61", "31-Feb-1961", "04-Mai-1961", "May 1961", "04-May-1961 ?"])
def test_a_birthday_that_is_not_certain_is_not_guessed(born: str):
    assert reason_of(replace(WHOLE, born=born)) is RejectionReason.DATE_OF_BIRTH_IMPLAUSIBLE


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("", RejectionReason.NHS_NUMBER_MISSING),
        ("111", RejectionReason.NHS_NUMBER_INVALID),
        ("999 000 0019", RejectionReason.NHS_NUMBER_INVALID),
        ("999 000 001", RejectionReason.NHS_NUMBER_INVALID),
        ("999 OOO 0018", RejectionReason.NHS_NUMBER_INVALID),
        ("９９９ 000 0018", RejectionReason.NHS_NUMBER_INVALID),
    ],
)
def test_an_nhs_number_must_be_one(number: str, reason: RejectionReason):
    found = read_one(replace(WHOLE, nhs_number=number))
    assert isinstance(found, Rejected)
    assert (found.reason, found.screening_number) == (reason, "KXX000001")
    assert found.lines[0] == HEADING


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("DE'ATH-O'NEIL, ZOË, MISS", ("DE'ATH-O'NEIL", "ZOË", "MISS")),
        ("ŁUCZAK-ŽIVKOVIĆ, ŠÁRKA ANNA, DR", ("ŁUCZAK-ŽIVKOVIĆ", "ŠÁRKA ANNA", "DR")),
        ("FIELD, FLORA, Mrs.", ("FIELD", "FLORA", "Mrs.")),
        ("FIELD, FLORA", ("FIELD", "FLORA", "")),
        ("FIELD, FLORA,", ("FIELD", "FLORA", "")),
    ],
)
def test_names_are_read_as_printed(name: str, parts: tuple[str, str, str]):
    person = result_of(replace(WHOLE, name=name)).participant
    assert (person.surname, person.forename, person.title) == parts


@pytest.mark.parametrize(
    "name",
    ["FIELD FLORA MRS", ", FLORA, MRS", "FIELD, , MRS", "FIELD, MRS", "FI?LD, FLORA, MRS", "A, B, C, D"],
)
def test_a_name_that_is_not_certain_is_not_guessed(name: str):
    assert reason_of(replace(WHOLE, name=name)) is RejectionReason.NAME_UNREADABLE


@pytest.mark.parametrize("words", ["* WHITE, ROUND 7", "RESULT WITHDRAWN - DO NOT FILE", "Seen by: Dr X"])
@pytest.mark.parametrize("before", ["FIELD, FLORA", "Screening Number", "_____", "SCREENED -", "Opinion"])
def test_words_that_no_record_has_stop_it_wherever_they_stand(words: str, before: str):
    rows = list(WHOLE.rows)
    at = next(number for number, row in enumerate(rows) if row.strip().startswith(before))
    rows.insert(at, words)
    found = only(report_of(cover(), rows))
    assert isinstance(found, Rejected), found
    assert (found.screening_number, found.nhs_number) == (WHOLE.screening_number, "9990000018")


@pytest.mark.parametrize("length", [30, 32, 45])
def test_a_headline_cut_at_the_pages_edge_is_known(length: int):
    full = "SCREENED - WILL BE INVITED FOR FURTHER ATTENTION"
    result = result_of(replace(WHOLE, ending=(full[:length], *RECALL[1:])))
    assert (result.outcome, result.outcome_text) == (Outcome.RECALL_FOR_ASSESSMENT, full)


@pytest.mark.parametrize(
    "headline", ["SCREENED - ", "SCREENED - R", "SCREENED - WILL BE INVITED", "SCREENED"]
)
def test_a_headline_cut_before_the_edge_could_be_another(headline: str):
    assert reason_of(replace(WHOLE, ending=(headline, *NORMAL[1:]))) is RejectionReason.OUTCOME_NOT_RECOGNISED


@pytest.mark.parametrize(
    "ending",
    [
        ("SCREENED - SEE LETTER",),
        ("SCREENING EPISODE CLOSED",),
        screened("SCREENED - ROUTINE RECALL", "Abnormality present on imaging, uncertain"),
        screened("SCREENED - ROUTINE RECALL", "No significant radiological abnormality; but see GP"),
        screened("SCREENED - ROUTINE RECALL", "Something nobody has seen before"),
        screened(RECALL[0], "No significant radiological abnormality"),
        screened(RECALL[0], "Technically inadequate, images to be repeated"),
        ("NOT SCREENED", "Because :", "Came on the wrong day"),
        ("NOT SCREENED", "Because :", "DNA any screening session", "but was seen since"),
        (
            "NOT SCREENED",
            "             Opinion: No significant radiological abnormality",
            "Because :",
            "Deceased",
        ),
        ("NOT SCREENED", "Because :", "Deceased", "Because :", "Moved out of area"),
        (*NORMAL[:1], "Please telephone the office", *NORMAL[1:]),
    ],
)
def test_an_outcome_that_is_not_certain_is_not_guessed(ending: tuple[str, ...]):
    assert reason_of(replace(WHOLE, ending=ending)) is RejectionReason.OUTCOME_NOT_RECOGNISED


def test_an_abnormal_opinion_new_to_us_still_reaches_a_clinician():
    ending = (
        RECALL[0],
        "Opinion  R: Mass, probably benign",
        "Opinion  L: No significant radiological abnormality",
    )
    assert result_of(replace(WHOLE, ending=ending)).outcome is Outcome.RECALL_FOR_ASSESSMENT


@pytest.mark.parametrize(
    "ending", [(), ("NOT SCREENED",), ("NOT SCREENED", "Because :"), NORMAL[:1], NORMAL[:3], RECALL[:3]]
)
def test_a_record_that_ends_too_early_says_so(ending: tuple[str, ...]):
    found = read_one(replace(WHOLE, ending=ending))
    assert isinstance(found, Rejected)
    assert (found.reason, found.nhs_number) == (RejectionReason.RECORD_CUT_SHORT, "9990000018")


@pytest.mark.parametrize("number", ["", "KX000001", "KXX00001", "KXX0000001", "123456789"])
def test_a_record_must_say_whose_it_is(number: str):
    assert reason_of(replace(WHOLE, screening_number=number)) is RejectionReason.UNREADABLE_RECORD


def test_a_record_that_names_two_numbers_is_not_guessed():
    rows = list(WHOLE.rows)
    rows.insert(6, "      NHS Number: 999 000 0026")
    found = only(report_of(cover(), rows))
    assert isinstance(found, Rejected)
    assert found.reason is RejectionReason.UNREADABLE_RECORD


def test_a_character_without_meaning_makes_the_record_unreadable():
    assert reason_of(replace(WHOLE, name="FI\ufffdLD, FLORA, MRS")) is RejectionReason.UNREADABLE_RECORD


def test_an_address_may_go_on_without_colons():
    rows = tuple(row.replace("                : ", "                  ") for row in WHOLE.rows)
    found = only(report_of(cover(), rows))
    assert isinstance(found, ScreeningResult), found
    assert found.participant.address == ("1 THE STREET", "FEATHERING", "ZZ9 9ZZ")


def test_the_rule_may_be_missing_or_drawn():
    rows = tuple(row for row in WHOLE.rows if row != RULE)
    found = only(report_of(cover(), rows))
    assert isinstance(found, ScreeningResult)


def test_no_reason_given_shows_who_she_is():
    """Details go to lists and logs that more people see than the record itself."""
    for record in (
        replace(WHOLE, nhs_number="111"),
        replace(WHOLE, ending=()),
        replace(WHOLE, name="A, B, C, D"),
    ):
        found = read_one(record)
        assert isinstance(found, Rejected)
        for private in ("FIELD", "FLORA", "111", "KXX000001", "THE STREET"):
            assert private not in found.detail
