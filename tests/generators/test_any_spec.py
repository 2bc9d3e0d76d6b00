"""Whatever may be asked for is generated: no size, profile or mixture of defects breaks a batch."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generators.defects import DEFECTS
from generators.people.episodes import OUTCOMES
from generators.prints.page import PROFILES
from tests.generators.batches import latest, make

_RATES = st.dictionaries(st.sampled_from(sorted(DEFECTS)), st.sampled_from([0.05, 0.15]), max_size=6)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 2**64 - 1),
    results=st.integers(1, 25),
    practices=st.integers(1, 5),
    days=st.integers(3, 15),
    bystanders=st.sampled_from([0.0, 0.5, 3.0]),
    invitation=st.sampled_from(["round", "ntdd"]),
    profiles=st.lists(st.sampled_from(sorted(PROFILES)), min_size=1, max_size=3),
    defects=_RATES,
    elsewhere=st.sampled_from([0.0, 1.0]),
    outcome=st.sampled_from([None, *OUTCOMES]),
)
def test_any_batch_is_whole(
    seed: int,
    results: int,
    practices: int,
    days: int,
    bystanders: float,
    invitation: str,
    profiles: list[str],
    defects: dict[str, float],
    elsewhere: float,
    outcome: str | None,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        batch = make(
            Path(folder),
            seed,
            results=results,
            practices=practices,
            days=days,
            bystanders=bystanders,
            invitation=invitation,
            profiles=profiles,
            defects=defects,
            registered_elsewhere=elsewhere,
            outcome_shares={outcome: 1.0} if outcome else {},
        )
        truth, inbox = batch.truth, batch.inbox
        assert len(truth) == results
        for line in truth:
            assert (line["file"] in inbox) == ("missing_from_report" not in line["defects"])
            assert set(line["defects"]) <= {*defects, *_habits(profiles)}
        assert sorted({letter["file"] for letter in batch.paper}) == [n for n in inbox if n.startswith("SIL")]
        if "extract_cut" not in batch.generated.defects:
            closed = latest(batch.rows("EPISODES"))
            missing = {line["episode_id"] for line in batch.with_defect("missing_from_extract")}
            assert {line["episode_id"] for line in truth} - missing <= closed.keys()


def _habits(profiles: list[str]) -> set[str]:
    return {defect for profile in profiles for defect in PROFILES[profile].defects}
