"""A `[generation]` table that cannot be followed is told of in one line; any other is a spec."""

import pickle
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generators import GenerationSpec, SpecError
from generators.defects import DEFECTS
from generators.prints.page import PROFILES
from tests.generators.batches import OFFICE, spec, table


def test_what_is_left_out_has_the_calibrated_value() -> None:
    made = spec()
    assert made.start == date(2026, 1, 5)
    assert made.profiles == ("standard",)
    assert 0 < made.registered_elsewhere < 0.05
    assert sum(made.suppliers.values()) == pytest.approx(1)


def test_a_spec_goes_to_worker_processes() -> None:
    assert pickle.loads(pickle.dumps(spec())) == spec()


def test_dates_may_be_toml_s_own_or_text() -> None:
    assert spec(start=date(2026, 1, 5)) == spec(start="2026-01-05")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"practice": 3}, "'practice' is not known. Did you mean 'practices'?"),
        ({"results": "many"}, "results: 'many' is not a whole number"),
        ({"results": True}, "results: True is not a whole number"),
        ({"results": 0}, "results: 0 is not between 1"),
        ({"results": 800_000}, "bystanders: more than 900,000 people"),
        ({"start": "2026-02-30"}, "start: '2026-02-30' is not a date"),
        ({"start": "2026-01-10", "days": 2}, "days: holds no weekday"),
        ({"invitation": "rounds"}, "Did you mean 'round'?"),
        ({"profile": "one-a-pag"}, "Did you mean 'one-a-page'?"),
        ({"profile": "sparse", "profiles": ["sparse"]}, "given beside profiles"),
        ({"profiles": []}, "profiles: is empty"),
        ({"suppliers": {"emis": 0.5}}, "suppliers: do not add up to 1"),
        ({"suppliers": {"vision": 1.0}}, "suppliers: 'vision' is not known"),
        ({"defects": {"nhs_number_invald": 0.1}}, "Did you mean 'nhs_number_invalid'?"),
        ({"defects": {"twins": 1.2}}, "defects.twins: 1.2 is not between 0 and 1"),
        (
            {"defects": {"twins": 0.6, "record_cut_short": 0.6}},
            "defects: a record's rates add up to more than 1",
        ),
        ({"defects": {"file_empty": 0.6}, "profile": "old-codes"}, "with profile 'old-codes'"),
        ({"outcome_shares": {"dna": 0.3}}, "outcome_shares: 'dna' is not known"),
        ({"outcome_shares": {"normal": 0.7, "did_not_attend": 0.7}}, "add up to more than 1"),
        ({"office": OFFICE | {"code": "KX"}}, "office.code: 'KX' is not three capitals"),
        ({"office": OFFICE | {"address": "HILL ROAD"}}, "office.address: 'HILL ROAD' is not a list"),
        ({"office": OFFICE | {"phone": "1"}}, "office: 'phone' is not known"),
        ({"office": {"name": "Feathering"}}, "office.code: is missing"),
    ],
)
def test_a_mistake_is_told_with_where_and_how_to_mend_it(changes: dict[str, object], says: str) -> None:
    with pytest.raises(SpecError) as told:
        spec(**changes)
    assert says in str(told.value)
    assert str(told.value).startswith("[generation] ")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("key", ["office", "practices", "results", "start", "days"])
def test_what_must_be_there_is_asked_for(key: str) -> None:
    without = {name: value for name, value in table().items() if name != key}
    with pytest.raises(SpecError, match=f"{key}: is missing"):
        GenerationSpec.from_table(without)


_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no reason to fail
@given(
    st.dictionaries(
        st.sampled_from(
            [*table(), "profile", "profiles", "defects", "invitation", "sources", "extracts", "junk"]
        ),
        _JUNK,
    )
)
def test_whatever_a_table_holds_it_is_followed_or_told_of(changes: dict[str, object]) -> None:
    try:
        made = spec(**changes)
    except SpecError:
        return
    assert made.emission_days


def test_every_profile_and_every_defect_can_be_asked_for() -> None:
    rates = dict.fromkeys(DEFECTS, 0.01)
    assert spec(profiles=list(PROFILES), defects=rates).defects == rates
