"""Results printed more than once, and numbers of two people."""

from dataclasses import replace

from pilot.nbss import check
from tests.nbss.office import (
    FLORA,
    HELEN,
    IVY,
    ROSE,
    Day,
    findings,
    sil,
)
from tests.nbss.prints import RECALL


def test_the_same_record_twice_is_sent_once():
    checked = check(Day(reports=[sil(FLORA, FLORA)]).batch)
    assert len(checked.fit) == 1
    assert findings(checked) == [("duplicate", "SIL.pdf page 3 record 1")]
    first, second = checked.disputed[0].versions
    assert (first.says, first.source) == (second.says, "SIL.pdf page 2 record 1")


def test_one_result_printed_as_two_is_not_sent_at_all():
    other = replace(FLORA, ending=RECALL)
    checked = check(Day(reports=[sil(FLORA, other)]).batch)
    assert checked.fit == ()
    assert [reason for reason, _ in findings(checked)] == ["amended", "amended"]
    assert all(len({version.says for version in each.versions}) == 2 for each in checked.disputed)


def test_two_people_under_one_number_both_go_to_a_person():
    helen = replace(HELEN, nhs_number=FLORA.nhs_number)
    checked = check(Day(reports=[sil(FLORA, helen, ROSE)]).batch)
    assert [result.screening_number for result in checked.fit] == ["KXX000003"]
    assert [reason for reason, _ in findings(checked)] == ["same_number_two_people"] * 2


def test_a_rejected_print_still_shows_that_a_number_has_two_holders():
    helen = replace(HELEN, nhs_number=FLORA.nhs_number, ending=())
    checked = check(Day(reports=[sil(FLORA, helen)]).batch)
    assert [reason for reason, _ in findings(checked)] == ["record_cut_short", "same_number_two_people"]


def test_one_person_under_two_numbers_goes_to_a_person():
    again = replace(FLORA, nhs_number=ROSE.nhs_number)
    checked = check(Day(reports=[sil(FLORA, again)]).batch)
    assert [reason for reason, _ in findings(checked)] == ["same_number_two_people"] * 2


def test_twins_and_namesakes_are_two_people_and_no_fault():
    twin = replace(ROSE, name="FIELD, FAY, MISS", born=FLORA.born)
    namesake = replace(IVY, name=FLORA.name, born="05-May-1961")
    assert findings(check(Day(reports=[sil(FLORA, twin, namesake)]).batch)) == []
