"""Practices, participants and episodes as columns: calibrated, and the same for the same seed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nhs_number import is_valid

from generators import calibration as cal
from generators.people.episodes import ATTENDED, CODE, OUTCOMES, SCREENED, EpisodeColumns, draw_episodes
from generators.people.population import (
    HISTORIES,
    REFERRED,
    ParticipantColumns,
    PracticeColumns,
    draw_participants,
    draw_practices,
    synthetic,
    with_wrong_check_digit,
)

Drawn = tuple[PracticeColumns, ParticipantColumns, EpisodeColumns]


def draw(seed: int, results: int, practices: int, offices: int = 1, **options: object) -> Drawn:
    rng = np.random.default_rng(seed)
    lists = draw_practices(rng, practices, cal.SUPPLIERS.value, offices)
    people = draw_participants(rng, lists, results)
    return lists, people, draw_episodes(rng, lists, people, 260, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def nation() -> Drawn:
    """A tenth of the nation's year: 300,000 results, 6,100 practices, 77 offices."""
    return draw(1, 300_000, 6_100, 77)


def test_lists_are_as_long_as_published(nation: Drawn) -> None:
    low, median, high = np.percentile(nation[0].list_size, [5, 50, 95])
    assert low == pytest.approx(3_000, rel=0.1)
    assert median == pytest.approx(8_500, rel=0.05)
    assert high == pytest.approx(24_000, rel=0.1)


def test_suppliers_cluster(nation: Drawn) -> None:
    """Two neighbours share a system more often than two practices of anywhere."""
    lists = nation[0]
    next_to = lists.locality[1:] == lists.locality[:-1]
    alike = (lists.supplier[1:] == lists.supplier[:-1])[next_to].mean()
    shares = np.bincount(lists.supplier) / len(lists)
    by_chance = float((shares**2).sum())
    assert shares[0] == pytest.approx(cal.SUPPLIERS.value["emis"], abs=0.04)
    assert alike > by_chance + 0.15


@pytest.mark.parametrize(("practices", "systmone"), [(2, 1), (6, 3), (13, 6), (16, 8)])
def test_a_small_office_keeps_to_its_shares(practices: int, systmone: int) -> None:
    for seed in range(5):
        lists = draw_practices(np.random.default_rng(seed), practices, {"emis": 0.5, "systmone": 0.5})
        assert abs(int((lists.supplier == 1).sum()) - systmone) <= practices % 2


def test_the_mix_of_histories_is_the_calibrated_one(nation: Drawn) -> None:
    invited = nation[1].history[nation[1].history != REFERRED]
    shares = np.bincount(invited) / len(invited)
    assert shares == pytest.approx(list(cal.HISTORY.value.values()), abs=0.005)


def test_uptake_by_history_is_the_published_one(nation: Drawn) -> None:
    """Of those not closed before screening; offices and deprivation move it about its mean."""
    _, people, episodes = nation
    eligible = ~np.isin(episodes.outcome, [CODE[name] for name in cal.CLOSED_BEFORE_SCREENING.value])
    for history, uptake in cal.UPTAKE.value.items():
        rows = eligible & (people.history == HISTORIES.index(history))
        assert ATTENDED[episodes.outcome[rows]].mean() == pytest.approx(uptake, abs=0.02)


def test_uptake_falls_with_deprivation(nation: Drawn) -> None:
    _, people, episodes = nation
    invited = people.history != REFERRED
    by_quintile = [ATTENDED[episodes.outcome[invited & (people.imd == q)]].mean() for q in range(1, 6)]
    assert by_quintile == sorted(by_quintile)
    assert by_quintile[4] - by_quintile[0] > 0.04


def test_of_all_invited_the_odds_of_the_most_deprived_are_as_published(nation: Drawn) -> None:
    """Counted in the population, not in the formula. Its standard error is 0.01."""
    _, people, episodes = nation
    closed = [CODE[name] for name in cal.CLOSED_BEFORE_SCREENING.value]
    eligible = ~np.isin(episodes.outcome, closed) & (people.history != REFERRED)
    most, least = (ATTENDED[episodes.outcome[eligible & (people.imd == q)]].mean() for q in (1, 5))
    ratio = most / (1 - most) / (least / (1 - least))
    assert ratio == pytest.approx(cal.UPTAKE_ODDS_MOST_DEPRIVED.value, abs=0.03)


def test_in_a_year_a_third_of_practices_have_their_turn_and_all_the_others_have_little() -> None:
    """About 1,400 a practice of 10,000 in its spike, where every practice alike would have 480."""
    rng = np.random.default_rng(1)
    lists = draw_practices(rng, 6_100, cal.SUPPLIERS.value, 77)
    people = draw_participants(rng, lists, 3_000_000, window=365 / cal.ROUND_DAYS.value)
    of_10_000 = np.bincount(people.practice, minlength=len(lists)) / lists.list_size * 10_000
    spike, quiet = of_10_000[of_10_000 > 1_000], of_10_000[of_10_000 < 100]
    assert np.median(spike) == pytest.approx(1_350, abs=100)
    assert np.median(quiet) == pytest.approx(50, abs=10)
    assert len(spike) / len(lists) == pytest.approx(1 / 3, abs=0.03)
    assert len(quiet) / len(lists) == pytest.approx(2 / 3, abs=0.05)


def test_about_four_in_a_hundred_screened_are_recalled_and_offices_differ(nation: Drawn) -> None:
    lists, people, episodes = nation
    screened = SCREENED[episodes.outcome]
    recalled = episodes.outcome == CODE["recall_for_assessment"]
    assert recalled[screened].mean() == pytest.approx(0.039, abs=0.003)
    assert 0.01 < (episodes.outcome == CODE["technical_recall"])[screened].mean() < 0.03
    office = lists.office[people.practice]
    rates = np.array([recalled[screened & (office == n)].mean() for n in range(77)])
    assert 0.005 < rates.std() < 0.02


def test_every_way_an_episode_closes_occurs(nation: Drawn) -> None:
    """But for what only follows an earlier result."""
    counts = np.bincount(nation[2].outcome, minlength=len(OUTCOMES))
    never = {name for name, count in zip(OUTCOMES, counts, strict=True) if not count}
    assert never == set(cal.AFTER_ASSESSMENT.value)


def test_only_the_referred_are_older_than_seventy(nation: Drawn) -> None:
    _, people, _ = nation
    assert people.age[people.history != REFERRED].max() == 70
    assert people.age.max() > 80
    assert people.age.min() >= 40


def test_the_referred_are_about_nine_in_a_hundred_screens(nation: Drawn) -> None:
    _, people, episodes = nation
    screened = SCREENED[episodes.outcome]
    assert (people.history == REFERRED)[screened].mean() == pytest.approx(0.09, abs=0.005)


def test_the_same_seed_gives_the_same_columns() -> None:
    first, again, other = (draw(seed, 2_000, 10) for seed in (5, 5, 6))
    for one, two, three in zip(first, again, other, strict=True):
        columns = [name for name in vars(type(one))["__slots__"] if name != "supplier_names"]
        assert all((getattr(one, name) == getattr(two, name)).all() for name in columns)
        assert any(not np.array_equal(getattr(one, name), getattr(three, name)) for name in columns)


@given(st.integers(0, 2**32), st.integers(1, 40), st.integers(1, 300), st.integers(1, 30))
def test_any_size_gives_whole_columns(seed: int, practices: int, results: int, days: int) -> None:
    rng = np.random.default_rng(seed)
    lists = draw_practices(rng, practices, {"emis": 0.5, "systmone": 0.5})
    people = draw_participants(rng, lists, results)
    for invitation in ("round", "ntdd"):
        episodes = draw_episodes(rng, lists, people, days, invitation)
        assert len(people) == len(episodes) == results
        assert 0 <= episodes.emitted.min() <= episodes.emitted.max() < days
        assert episodes.seen.min() > 0
    assert set(lists.supplier) <= {0, 1}


@pytest.mark.parametrize("shares", [{"technical_recall": 0.3}, {"did_not_attend": 0.5, "normal": 0.25}])
def test_named_outcomes_come_as_often_as_asked_and_the_rest_keep_their_proportions(
    shares: dict[str, float],
) -> None:
    plain = np.bincount(draw(1, 100_000, 50)[2].outcome, minlength=len(OUTCOMES)).astype(float)
    asked = np.bincount(draw(1, 100_000, 50, outcome_shares=shares)[2].outcome, minlength=len(OUTCOMES))
    named = [CODE[name] for name in shares]
    assert asked[named] / 100_000 == pytest.approx(list(shares.values()), abs=0.01)
    plain[named] = 0
    expected = plain / plain.sum() * (1 - sum(shares.values()))
    others = [code for code in range(len(OUTCOMES)) if code not in named]
    assert asked[others] / 100_000 == pytest.approx(expected[others], abs=0.01)


def test_nhs_numbers_are_valid_different_and_of_the_test_range() -> None:
    numbers = [str(number) for number in synthetic(np.random.default_rng(1), 5_000)]
    assert len(set(numbers)) == 5_000
    assert all(is_valid(number) and number.startswith("999") for number in numbers)


def test_there_are_as_many_as_the_docs_say() -> None:
    assert len(synthetic(np.random.default_rng(1), 909_091)) == 909_091
    with pytest.raises(ValueError, match="larger sample"):
        synthetic(np.random.default_rng(1), 909_092)


def test_a_wrong_check_digit_is_wrong() -> None:
    rng = np.random.default_rng(1)
    for number in synthetic(rng, 200):
        wrong = with_wrong_check_digit(rng, str(number))
        assert wrong[:9] == str(number)[:9]
        assert not is_valid(wrong)
