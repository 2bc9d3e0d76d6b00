"""Timings change what is believed as far as they say something, and the evidence file that comes of it is one."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from pilot.cli import app
from pilot.errors import FileError
from pilot.evidence import load_assumptions
from pilot.experiment import load_scenario
from pilot.questions.learning import How, Learned, Timing, evidence_text, learn, read_timings, updated

EVIDENCE = load_assumptions()
ON = date(2026, 11, 24)


def letters(practices: int, mean: float, each: int = 20) -> list[Timing]:
    rng = np.random.default_rng(7)
    at = mean * np.exp(rng.normal(0, 0.2, practices))
    at *= mean / at.mean()
    return [
        Timing("letter", f"practice {number}", float(max(0.1, rng.normal(middle, 0.3))))
        for number, middle in enumerate(at)
        for _ in range(each)
    ]


def learned(timings: list[Timing]) -> Learned:
    (one,) = learn(EVIDENCE, timings, "timings.csv", ON)
    return one


def test_what_is_timed_moves_the_mean_towards_it_and_more_practices_make_it_surer() -> None:
    few, many = learned(letters(3, 1.6)), learned(letters(40, 1.6))
    before = EVIDENCE["minutes_a_result"]
    assert before.mean > max(few.after.mean, many.after.mean) > min(few.after.mean, many.after.mean) > 1.5
    assert many.after.mean == pytest.approx(many.timed_mean, abs=0.03)
    assert many.after.high - many.after.low < few.after.high - few.after.low < before.high - before.low
    assert many.how is How.RESAMPLED


def test_a_hundred_letters_of_one_practice_are_one_witness() -> None:
    one, five = learned(letters(1, 1.6, 100)), learned(letters(5, 1.6, 20))
    assert (one.timings, one.witnesses) == (100, 1)
    assert one.after.high - one.after.low > five.after.high - five.after.low


def test_where_prior_and_likelihood_are_normal_the_weights_give_the_conjugate_answer() -> None:
    """One practice timed for long: mean 2.2, standard error of the spread between practices alone."""
    one = learned([Timing("letter", "a", 2.2)] * 100_000)
    rng = np.random.default_rng(1)
    believed = EVIDENCE["minutes_a_result"].draw(rng, 400_000)
    error = 0.2611398 * 2.2
    precision = 1 / believed.var() + 1 / error**2
    expected = (believed.mean() / believed.var() + 2.2 / error**2) / precision
    assert one.after.mean == pytest.approx(expected, abs=0.03)


def test_timings_beyond_what_was_believed_are_taken_as_they_are() -> None:
    one = learned(letters(12, 6.0))
    assert one.how is How.TIMINGS_ALONE
    assert one.after.mean == pytest.approx(6.0, abs=0.3)
    assert one.after.low > EVIDENCE["minutes_a_result"].high


def test_the_file_that_comes_of_it_can_be_named_by_a_scenario(tmp_path: Path) -> None:
    after = updated(EVIDENCE, learn(EVIDENCE, letters(8, 1.6), "timings.csv", ON))
    (tmp_path / "learned.toml").write_text(evidence_text(after, EVIDENCE, "Learned"), "utf-8")
    text = load_scenario("quick").text.replace(
        "[generation]", '[evidence]\nfile = "learned.toml"\n\n[generation]'
    )
    (tmp_path / "mine.toml").write_text(text, "utf-8")
    rows = load_scenario(str(tmp_path / "mine.toml")).assumptions
    assert rows["minutes_a_result"].mean == pytest.approx(after["minutes_a_result"].mean, abs=1e-3)
    assert "timings.csv: 160 timings of 8; before, 2.5" in rows["minutes_a_result"].source
    assert rows["lost_post"] == EVIDENCE["lost_post"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("letter,a,-2", "no time that work takes"),
        ("letter,a,nan", "no time that work takes"),
        ("letter,a,two", "no number of minutes"),
        ("coffee,a,2", "no kind of work that is known"),
        ("letter,,2", "who was timed"),
        ("letter,a", "what, who and minutes"),
    ],
)
def test_a_timing_that_is_none_is_named_by_its_line(line: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"what,who,minutes\nletter,a,2.0\n{line}\n")
    with pytest.raises(FileError, match=said) as raised:
        read_timings(path)
    assert "line 3" in str(raised.value)


def test_the_command_shows_before_and_after_and_overwrites_nothing(tmp_path: Path) -> None:
    path, out = tmp_path / "t.csv", tmp_path / "learned.toml"
    path.write_text(
        "what,who,minutes\n" + "".join(f"{t.what},{t.who},{t.minutes:.2f}\n" for t in letters(8, 1.2))
    )
    asked = ["learn", str(path), "--offices", "30", "--draws", "200", "--out", str(out)]
    page = tmp_path / "page.md"
    done = CliRunner().invoke(app, [*asked, "--json", "--page", str(page)])
    assert done.exit_code == 0, done.output
    values = json.loads(done.stdout)
    assert values["after"]["saving"] < values["before"]["saving"]
    assert values["learned"][0]["before"]["value"] == 2.5
    assert "| `minutes_a_result` | 2.48 (0.90 to 4.00) |" in page.read_text("utf-8")
    assert "| chance that coded is best | " in page.read_text("utf-8")
    kept = out.read_bytes()
    assert isinstance(CliRunner().invoke(app, asked).exception, FileError)
    assert out.read_bytes() == kept
