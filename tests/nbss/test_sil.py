"""A whole report: covers, records wherever a page break falls, and pages that cannot be read."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from pilot.domain.result import Rejected, RejectionReason, ScreeningResult
from pilot.nbss.batch import Cover
from pilot.nbss.pdf import Page
from pilot.nbss.sil import is_sil, read_report
from tests.nbss.prints import DNA, HEADING, NORMAL, RECALL, Record, cover, pages_of, place, report_of

ONE = Record("FIELD, FLORA, MRS", "KXX000001", "999 000 0018")
TWO = Record("HILL, HELEN, MISS", "KXX000002", "999 000 0026", ending=DNA)
THREE = Record("RIDGE, ROSE, MS", "KXX000003", "999 000 0034", ending=RECALL)
GAP = ("", "", "")


def plain(results: tuple[ScreeningResult, ...]) -> list[ScreeningResult]:
    """Results without where and in which lines they were printed."""
    return [replace(result, provenance=place(1, 1), lines=()) for result in results]


def test_records_share_the_covers_page_and_each_other():
    report = report_of([*cover(), *ONE.rows], [*TWO.rows, *GAP, *THREE.rows])
    assert report.rejected == ()
    assert [result.screening_number for result in report.results] == ["KXX000001", "KXX000002", "KXX000003"]
    assert [result.provenance for result in report.results] == [place(1, 1), place(2, 1), place(2, 2)]


def test_a_bundle_has_a_cover_for_each_practice():
    report = report_of([*cover("123"), *ONE.rows], [*cover("99A"), *TWO.rows])
    assert [(each.page, each.local_number) for each in report.covers] == [(1, "123"), (2, "99A")]


def test_the_cover_says_day_practice_and_count():
    (read,) = report_of(cover("123", "3 Nov 26", count=57)).covers
    assert (read.local_number, read.printed_on, read.count) == ("123", date(2026, 11, 3), 57)


def test_what_a_cover_does_not_say_is_none():
    rows = [row for row in cover("123", "") if "(123)" not in row]
    (read,) = report_of(rows).covers
    assert (read.local_number, read.printed_on, read.count) == (None, None, None)


@given(st.integers(1, 200))
def test_a_page_break_anywhere_changes_nothing_but_a_records_place(at: int):
    rows = [*ONE.rows, *TWO.rows, *THREE.rows]
    at %= len(rows)
    whole = report_of([*cover(), *rows])
    broken = report_of([*cover(), *rows[:at]], rows[at:])
    assert (plain(broken.results), broken.rejected) == (plain(whole.results), ())


def test_a_broken_record_counts_on_the_page_where_it_begins():
    rows = ONE.rows
    report = report_of([*cover(), *TWO.rows, *rows[:5]], [*rows[5:], *THREE.rows])
    assert [result.provenance for result in report.results] == [place(1, 1), place(1, 2), place(2, 1)]


def test_halves_of_two_people_are_never_joined():
    """The lines between them are missing: the first has no end, the second no beginning, or both have one."""
    headed = report_of([*cover(), *ONE.rows[:10]], [HEADING, *TWO.rows[12:]])
    reasons = [(item.screening_number, item.reason) for item in headed.rejected]
    assert headed.results == ()
    assert reasons == [
        ("KXX000001", RejectionReason.RECORD_CUT_SHORT),
        (None, RejectionReason.UNREADABLE_RECORD),
    ]
    unheaded = report_of([*cover(), *ONE.rows, *TWO.rows[:10]], [*THREE.rows[3:]])
    assert [result.screening_number for result in unheaded.results] == ["KXX000001"]
    assert [item.screening_number for item in unheaded.rejected] == ["KXX000002", "KXX000003"]


def test_a_picture_between_two_halves_keeps_them_apart():
    picture = Page(2, (), drawn=True)
    first, last = pages_of([*cover(), *ONE.rows[:10]], ONE.rows[10:])
    report = read_report([first, picture, replace(last, number=3)], "SIL.pdf")
    assert report.results == ()
    assert [(item.reason, item.provenance) for item in report.rejected] == [
        (RejectionReason.RECORD_CUT_SHORT, place(1, 1)),
        (RejectionReason.IMAGE_ONLY_PAGE, place(2, 0)),
        (RejectionReason.UNREADABLE_RECORD, place(3, 0)),
    ]


def test_after_a_picture_the_cover_may_be_another():
    """The page that could not be read may have been the next practice's cover."""
    first, last = pages_of([*cover("123"), *ONE.rows], TWO.rows)
    report = read_report([first, Page(2, (), drawn=True), replace(last, number=3)], "SIL.pdf")
    assert report.covers[-1] == Cover(2, printed_on=date(2026, 2, 23), lost=True)
    assert [result.printed_on for result in report.results] == [date(2026, 2, 23)] * 2


def test_an_empty_page_is_no_loss():
    first, last = pages_of([*cover(), *ONE.rows], TWO.rows)
    report = read_report([first, Page(2, (), drawn=False), replace(last, number=3)], "SIL.pdf")
    assert (len(report.results), report.rejected) == (2, ())


def test_page_numbers_at_the_foot_do_not_matter():
    report = report_of([*cover(), *ONE.rows, "Page 1 of 2"], [*TWO.rows, "  - Page 2 of 2 -"])
    assert (len(report.results), report.rejected) == (2, ())


def test_lines_that_belong_to_nobody_are_reported():
    report = report_of(["ALSO: SEE OVERLEAF", *cover(), *ONE.rows])
    (stray,) = report.rejected
    assert (stray.reason, stray.lines) == (RejectionReason.UNREADABLE_RECORD, ("ALSO: SEE OVERLEAF",))
    assert len(report.results) == 1


def test_a_record_without_a_heading_is_still_one():
    report = report_of([*cover()], ONE.rows[1:])
    assert [result.provenance for result in report.results] == [place(2, 1)]


def test_every_record_comes_out_once():
    cut = replace(TWO, ending=())
    bad = replace(THREE, nhs_number="111")
    report = report_of([*cover(count=3), *ONE.rows], [*cut.rows, *GAP, *bad.rows])
    found: list[ScreeningResult | Rejected] = [*report.results, *report.rejected]
    assert sorted(item.provenance.page * 10 + item.provenance.record for item in found) == [11, 21, 22]


def test_a_report_is_told_by_its_content():
    assert is_sil(tuple(cover()))
    assert is_sil(tuple(ONE.rows))
    assert not is_sil((HEADING, "Dear MRS FIELD", *NORMAL))
    assert not is_sil(("INVOICE", "Screening Number: KXX000001", "NOT SCREENED"))


def test_a_second_person_begins_a_record_though_her_heading_is_missing():
    report = report_of([*cover(), *ONE.rows, *TWO.rows[1:]])
    assert [result.screening_number for result in report.results] == ["KXX000001", "KXX000002"]
    assert report.rejected == ()


def test_of_two_records_that_run_together_neither_gets_the_others_outcome():
    report = report_of([*cover(), *ONE.rows[:10], *TWO.rows[1:]])
    (cut,) = report.rejected
    assert (cut.reason, cut.screening_number) == (RejectionReason.RECORD_CUT_SHORT, "KXX000001")
    assert [result.screening_number for result in report.results] == ["KXX000002"]
    assert not any("HELEN" in row for row in cut.lines)
