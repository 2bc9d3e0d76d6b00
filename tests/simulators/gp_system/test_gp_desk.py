"""Paper at the desk: people read, find the patient, type, and make the mistakes that their settings give them."""

import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.gp_system.desk.tasks import read_post
from simulators.gp_system.errors import RequestError
from tests.simulators.gp_system.gp_world import NUMBERS, GpSystems, desk, habit, letter, patient, practice

Gp = Callable[..., GpSystems]


def codes(entries: list[dict[str, Any]]) -> list[str | None]:
    return [entry["valueCodeableConcept"].get("coding", [{}])[0].get("code") for entry in entries]


def test_a_letter_is_typed_into_her_record_in_the_practice_s_own_code(gp: Gp) -> None:
    here = gp(practice())
    here.post(letter(0), letter(1, "did_not_attend"), letter(2, "recall_for_assessment"))
    here.at("2026-11-03T09:29", "work")
    assert here.counts()["letters_open"] == 3, "the post has not come yet"

    here.at("2026-11-03T18:00", "work")
    normal, absent, recalled = here.observations()
    assert codes([normal, absent, recalled]) == ["168749009", "281399006", "171176006"]
    assert normal["subject"]["identifier"]["value"] == NUMBERS[0]
    assert normal["identifier"][0]["value"] == "KXX000000"
    assert normal["effectiveDateTime"] == "2026-10-19"
    assert absent["effectiveDateTime"] == "2026-11-02", "a letter without a date is dated as printed"
    assert normal["issued"] == "2026-11-03T09:32:00+00:00"
    assert normal["meta"]["source"] == "post:SIL-KXX-20261102-101.pdf#1/1"
    assert normal["meta"]["tag"][0]["code"] == "person:coder"
    counts = here.counts()
    assert (counts["letters_arrived"], counts["letters_open"], counts["minutes"]["letters"]) == (3, 0, 6)


def test_posting_the_same_letter_again_changes_nothing(gp: Gp) -> None:
    here = gp(practice())
    assert here.post(letter(0)) == {"letters": 1, "lost": 0, "ignored": 0, "again": 0}
    assert here.post(letter(0))["again"] == 1
    here.at("2026-11-03T18:00", "work")
    assert len(here.observations()) == 1


@pytest.mark.parametrize(("missed_rate", "left"), [(0.0, 0), (1.0, 1)])
def test_a_letter_that_withdraws_an_earlier_one_is_worked_like_any(
    gp: Gp, missed_rate: float, left: int
) -> None:
    """Somebody takes the entry out, or overlooks the letter as letters are overlooked."""
    here = gp(practice())
    here.post(letter(0), letter(1))
    here.at("2026-11-03T18:00", "work")
    here = gp(practice(desk=desk(missed_rate=missed_rate)))
    words = "RESULT WITHDRAWN: IT WAS SENT IN ERROR. REMOVE WHAT WAS ENTERED FROM IT."
    withdrawal = letter(0, file="SIL-KXX-20261102-101.pdf (withdrawn)", arrives_on="2026-11-04")
    here.post(withdrawal | {"lines": [words, "", *withdrawal["lines"]]})
    here.at("2026-11-04T18:00", "work")
    numbers = [entry["identifier"][0]["value"] for entry in here.observations()]
    assert numbers == [*["KXX000000"] * left, "KXX000001"]
    assert len(here.observations(status="entered-in-error")) == 1 - left
    assert here.counts()["minutes"]["letters"] == 6


def test_spaced_and_cut_headlines_are_read_as_a_person_reads_them(gp: Gp) -> None:
    here = gp(practice())
    lines = letter(0)["lines"]
    wide = [" ".join(line) if line.startswith("SCREENED") else line for line in lines]
    here.post(letter(0, lines=wide))
    here.at("2026-11-03T18:00", "work")
    assert codes(here.observations()) == ["168749009"]


def test_a_wrong_or_missing_number_is_made_up_for_by_name_and_date_of_birth(gp: Gp) -> None:
    here = gp(practice())
    illegible = [re.sub(r"NHS Number: [\d ]+", "NHS Number: 111   ", line) for line in letter(0)["lines"]]
    of_another = [
        re.sub(r"NHS Number: [\d ]{12}", "NHS Number: 999 000 0050", line) for line in letter(1)["lines"]
    ]
    here.post(letter(0, lines=illegible), letter(1, lines=of_another))
    here.at("2026-11-03T18:00", "work")
    assert [entry["subject"]["identifier"]["value"] for entry in here.observations()] == NUMBERS[:2]


def test_who_is_not_here_and_what_is_not_understood_takes_time_and_enters_nothing(gp: Gp) -> None:
    gone = [patient(0, registered_to="2026-10-01"), *(patient(place) for place in range(1, 6))]
    here = gp(practice(patients=gone))
    unread = [line for line in letter(1)["lines"] if "SCREENED" not in line]
    here.post(letter(0), letter(1, lines=unread))
    here.at("2026-11-03T18:00", "work")
    assert here.observations() == []
    assert here.counts()["minutes"]["letters"] == 4


@pytest.mark.parametrize(
    ("change", "entries", "minutes"),
    [
        ({"missed_rate": 1.0}, 0, 2),
        ({"typed_twice_rate": 1.0}, 2, 4),
        ({"never_done": True}, 0, 0),
        ({"lost_in_post_rate": 1.0}, 0, 0),
    ],
)
def test_mistakes_that_change_how_often_it_is_entered(
    gp: Gp, change: dict[str, Any], entries: int, minutes: int
) -> None:
    here = gp(practice(desk=desk(**change)))
    here.post(letter(0))
    here.at("2026-11-04T18:00", "work")
    assert len(here.observations()) == entries
    assert here.counts()["minutes"]["letters"] == minutes


def test_a_page_by_email_takes_a_documents_time_and_is_not_lost_in_the_post(gp: Gp) -> None:
    quick = {"low": 1, "mode": 1, "high": 1}
    here = gp(practice(desk=desk(lost_in_post_rate=1.0, minutes_per_document=quick)))
    assert here.post(letter(0), letter(1, by="email"))["lost"] == 1
    here.at("2026-11-04T18:00", "work")
    assert [entry["subject"] for entry in here.observations()] == [here.observations()[0]["subject"]]
    spent = here.counts()["minutes"]
    assert (spent["letters"], spent["documents"]) == (0, 1)


def test_a_wrong_code_is_one_of_those_the_practice_gets_wrong(gp: Gp) -> None:
    here = gp(practice(desk=desk(wrong_code_rate=1.0)))
    here.post(letter(0))
    here.at("2026-11-03T18:00", "work")
    assert codes(here.observations()) == ["171176006"]


def test_a_wrong_person_is_a_namesake_first(gp: Gp) -> None:
    people = [
        patient(0, "PLUME", "ADA"),
        patient(1, "PLUME", "BERTA"),
        patient(2, "PLUME", "ADA"),
        patient(3, "QUILL", "ADA"),
    ]
    lines = [line.replace("FEATHERA, ANNA", "PLUME, ADA") for line in letter(0)["lines"]]
    here = gp(practice(patients=people, desk=desk(wrong_person_rate=1.0)))
    here.post(letter(0, lines=lines))
    here.at("2026-11-03T18:00", "work")
    (entry,) = here.observations()
    assert entry["subject"]["identifier"]["value"] == NUMBERS[2]


def test_a_mistyped_date_is_another_date(gp: Gp) -> None:
    here = gp(practice(desk=desk(keying_error_rate=1.0)))
    here.post(*(letter(place) for place in range(6)))
    here.at("2026-11-03T18:00", "work")
    dates = {entry["effectiveDateTime"] for entry in here.observations()}
    assert dates
    assert "2026-10-19" not in dates


def test_habits_differ_within_a_practice_by_their_weights(gp: Gp) -> None:
    both = [
        habit("171175005", "Breast neoplasm screening normal", 3),
        habit("168749009", "Mammography normal", 1),
    ]
    habits = desk()["coding_habit"] | {"normal": both}
    here = gp(practice(desk=desk(coding_habit=habits)))
    letters = [letter(0, page=page, lines=_numbered(page)) for page in range(1, 401)]
    here.post(*letters)
    here.at("2026-11-06T18:00", "work")
    used = Counter(codes(here.observations(_count="1000")))
    assert set(used) == {"171175005", "168749009"}
    assert used["171175005"] / 400 == pytest.approx(0.75, abs=3 * (0.75 * 0.25 / 400) ** 0.5)


def _numbered(page: int) -> list[str]:
    """The first patient's print under another screening number: another result."""
    return [line.replace("KXX000000", f"KXX{page:06}") for line in letter(0)["lines"]]


@pytest.mark.parametrize(("order", "issued"), [("first_in_first_out", "13:02"), ("results_first", "09:32")])
def test_results_wait_behind_the_backlog_unless_they_come_first(gp: Gp, order: str, issued: str) -> None:
    """Twelve hours of backlog: eight on Monday, four on Tuesday from nine, while the letter comes at half past."""
    here = gp(practice(rules=[], desk=desk(backlog_minutes=12 * 60, pile_order=order)))
    here.post(letter(0))
    here.at("2026-11-03T18:00", "work")
    assert here.observations()[0]["issued"] == f"2026-11-03T{issued}:00+00:00"


@pytest.mark.parametrize(("order", "done"), [("first_in_first_out", 1), ("results_last", 0)])
def test_results_that_come_last_are_never_done_where_the_mail_fills_the_day(
    gp: Gp, order: str, done: int
) -> None:
    here = gp(practice(rules=[], desk=desk(background_mail_per_day=300, pile_order=order)))
    here.post(letter(0))
    here.at("2026-11-27T18:00", "work")
    assert len(here.observations()) == done


def test_background_mail_is_drawn_a_day_at_a_time_and_takes_its_share(gp: Gp) -> None:
    """Mail for four fifths of the day: over a month, results wait, and all are done."""
    settings = desk(background_mail_per_day=192)
    here = gp(practice(desk=settings))
    days = [f"2026-11-{day:02}" for day in range(3, 28)]
    here.post(
        *(letter(0, page=place + 1, lines=_numbered(place), arrives_on=day) for place, day in enumerate(days))
    )
    here.at("2026-11-30T18:00", "work")
    waits = [entry["issued"][11:16] for entry in here.observations()]
    assert len(waits) == 25
    assert len(set(waits)) > 5, "how much lies above the results differs from day to day"
    assert here.counts()["minutes"]["letters"] == 50, "the other mail's minutes are not the results'"


def test_absence_makes_letters_wait(gp: Gp) -> None:
    staff = [{**person, "absence_rate": 0.8} for person in desk()["staff"]]
    here = gp(practice(desk=desk(staff=staff)))
    here.post(*(letter(0, page=page, lines=_numbered(page)) for page in range(1, 201)))
    here.at("2026-11-03T18:00", "work")
    soon = len(here.observations(_count="1000"))
    here.at("2026-12-24T18:00", "work")
    assert soon < 200
    assert len(here.observations(_count="1000")) == 200


def test_the_same_people_meet_the_same_luck_whatever_the_order(gp: Gp, tmp_path: Any) -> None:
    """Common random numbers: in another order, on other days, every result is typed alike."""
    rates = {"missed_rate": 0.2, "wrong_code_rate": 0.2, "wrong_person_rate": 0.2, "typed_twice_rate": 0.2}
    spread = {"low": 0.9, "mode": 2.5, "high": 4.0}
    settings = desk(**rates, minutes_per_letter=spread)
    letters = [letter(0, page=page, lines=_numbered(page)) for page in range(1, 61)]

    here = gp(practice(desk=settings))
    here.post(*letters)
    here.at("2026-11-10T18:00", "work")
    one, minutes = _typed(here), here.counts()["minutes"]["letters"]

    (tmp_path / "gp.sqlite").rename(tmp_path / "first.sqlite")
    here = gp(practice(desk=settings))
    for place, each in enumerate(reversed(letters)):
        here.post({**each, "arrives_on": f"2026-11-{3 + place % 5:02}"})
    here.at("2026-11-20T18:00", "work")
    assert _typed(here) == one
    assert here.counts()["minutes"]["letters"] == pytest.approx(minutes)


def _typed(here: GpSystems) -> Counter[tuple[str, str, str | None]]:
    entries = here.observations(_count="1000")
    subjects = [entry["subject"]["identifier"]["value"] for entry in entries]
    numbers = [entry["identifier"][0]["value"] for entry in entries]
    return Counter(zip(subjects, numbers, codes(entries), strict=True))


def test_letters_for_a_practice_that_is_not_here_are_refused_whole(gp: Gp) -> None:
    here = gp(practice())
    reply = here.ask("POST", "/admin/post", b'{"practice": "Z12345"}')
    assert (reply.status_code, "line 1" in reply.text) == (422, True)
    here.ask(
        "POST", "/admin/post", f"{json.dumps(letter(0))}\n{json.dumps(letter(1, practice='Z12345'))}".encode()
    )
    assert here.counts()["letters_arrived"] == 0


@given(st.lists(st.binary(max_size=80) | st.just(json.dumps(letter(0)).encode()), max_size=4))
def test_whatever_is_posted_it_is_letters_or_a_refusal_that_names_the_line(lines: list[bytes]) -> None:
    refusal = ""
    try:
        assert all(each.source.startswith("post:") for each, _ in read_post(lines))
    except RequestError as refused:
        refusal = str(refused)
    assert not refusal or refusal.startswith("line ")
