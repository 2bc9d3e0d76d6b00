"""What the generators draw by is evidence like any other: a row a number, with source, date and grade."""

from generators import calibration
from pilot.evidence import load_assumptions
from pilot.experiment.measuring import with_generation
from pilot.measures import assumptions_used

ROWS = with_generation(load_assumptions())


def test_every_calibrated_number_is_a_row_with_its_source_date_and_grade() -> None:
    assert ROWS["generation_uptake_first"].value == calibration.UPTAKE.value["first"]
    assert ROWS["generation_uptake_first"].grade == "published"
    days = ROWS["generation_days_screen_to_print"]
    assert (days.low, days.value, days.high) == (4, 9, 14)
    for name, figure in calibration.FIGURES.items():
        rows = [row for row in ROWS.values() if row.name.startswith(f"generation_{name.lower()}")]
        assert rows, name
        assert figure.source in {row.source for row in rows}


def test_they_stand_in_the_table_of_assumptions_and_the_hash_stays_the_files() -> None:
    listed = {row.name: row.used_for for row in assumptions_used(ROWS)}
    assert listed["generation_recall_first"] == ("generation",)
    assert set(listed) == set(ROWS)
    assert ROWS.sha256 == load_assumptions().sha256
