"""Named people of one office: names as often as they are borne, days as units work, several episodes a life."""

from collections import Counter
from datetime import date

import numpy as np
import pytest

from generators import GenerationSpec
from generators import calibration as cal
from generators.people.names import draw_names
from generators.people.office_people import OfficePeople, draw_office_people
from generators.people.population import ETHNICITIES
from tests.generators.batches import spec

WOMEN = 100_000


@pytest.fixture(scope="module")
def office() -> OfficePeople:
    """Half a year of an office whose round is as long."""
    return drawn(spec(practices=8, results=6_000, days=182, round_days=182, bystanders=0.5))


def drawn(asked: GenerationSpec) -> OfficePeople:
    return draw_office_people(np.random.default_rng(1), np.random.default_rng(2), asked)


def names(group: str, born: int, count: int = WOMEN) -> tuple[Counter[str], Counter[str]]:
    """How often each surname and forename comes, in per cent."""
    ethnicity = np.full(count, ETHNICITIES.index(group))
    drawn = draw_names(
        np.random.default_rng(1), ethnicity, np.full(count, born), np.ones(count, bool), cal.USUAL
    )
    return tuple(Counter({name: 100 * n / count for name, n in Counter(kind).items()}) for kind in drawn)  # type: ignore[return-value]


def test_surnames_come_as_often_as_they_are_borne_by_each_group() -> None:
    white, _ = names("white", 1964)
    assert white["SMITH"] == pytest.approx(1.19, abs=0.12)
    assert white["JONES"] > white["WILLIAMS"] > white["WALKER"] > white["SAVAGE"] > 0
    assert not white.keys() & {"KHAN", "BEGUM", "PATEL", "SINGH"}
    assert len(white) > 3_000
    asian, _ = names("asian", 1964)
    assert asian["PATEL"] > 2
    assert asian["BEGUM"] > 2
    assert asian["KHAN"] > 0.8
    assert not {"SINGH", "MIAH"} & {name for name, share in asian.items() if share > 0.2}, "these are men's"


def test_forenames_are_those_of_the_year_of_birth() -> None:
    first = {born: names("white", born, 20_000)[1].most_common(1)[0][0] for born in (1944, 1956, 1974)}
    assert first == {1944: "MARGARET", 1956: "SUSAN", 1974: "SARAH"}


def test_some_surnames_are_double_and_some_people_have_a_second_forename() -> None:
    surnames, forenames = names("white", 1964)
    assert sum(n for name, n in surnames.items() if "-" in name) == pytest.approx(2, abs=0.2)
    assert sum(n for name, n in forenames.items() if " " in name) == pytest.approx(5, abs=0.3)


def test_no_weekday_has_much_more_than_its_part_of_the_screenings(office: OfficePeople) -> None:
    days = Counter(result.seen_on.weekday() for result in office.results)
    assert set(days) == set(range(5))
    assert max(days.values()) / len(office.results) < 0.25


def test_screening_numbers_go_by_when_she_came_to_be_known_and_leave_gaps(office: OfficePeople) -> None:
    numbers = {result.screening_number for result in office.results}
    assert max(numbers) > "KXX9"
    assert min(numbers) < "KXX1"
    first = [r.screening_number for r in office.results if r.episode_type == "C"]
    again = [r.screening_number for r in office.results if r.episode_type == "R"]
    assert np.median([int(number[3:]) for number in first]) > np.median([int(number[3:]) for number in again])


def test_who_did_not_attend_may_come_after_all_with_an_episode_of_its_own(office: OfficePeople) -> None:
    of_person: dict[str, list[int]] = {}
    for n, result in enumerate(office.results):
        of_person.setdefault(result.person.nhs_number, []).append(n)
    twice = [[office.results[n] for n in held] for held in of_person.values() if len(held) > 1]
    assert twice
    for missed, came in twice:
        assert missed.outcome == "did_not_attend"
        assert (came.episode_type, came.screening_number) == ("S", missed.screening_number) or (
            came.episode_type,
            came.screening_number,
        ) == ("G", missed.screening_number)
        assert came.episode_id != missed.episode_id
        assert 28 <= (came.seen_on - missed.emitted_on).days <= 180
    numbers = [each.person.nhs_number for each in office.registrations if each.until is None]
    assert len(numbers) == len(set(numbers)), "a person is on one list once"


def test_a_month_is_too_short_for_a_second_episode() -> None:
    people = drawn(spec(results=2_000, days=20, bystanders=0, start=date(2026, 1, 5).isoformat()))
    assert len({result.person.nhs_number for result in people.results}) == 2_000
