"""An office's fingerprint: what of a report's looks is told, and what counts as a change."""

from dataclasses import replace

import pytest

from generators import emit
from generators.prints.page import PROFILES, write_pdf
from pilot.experiment import load_scenario
from pilot.experiment.in_memory import InMemory
from pilot.nbss.looks import Looks, drift
from pilot.nbss.recognise import read_bytes


@pytest.fixture(scope="module")
def looks() -> dict[str, tuple[Looks, ...]]:
    """Of each report of a small batch, by profile: written and read as PDFs."""
    found = {}
    for name in ("standard", "short-labels", "small-print"):
        scenario = load_scenario("messy").changed(results=13)
        folder = InMemory()
        emit(replace(scenario.generation, profiles=(name,), defects={}), 5, folder)
        readings = (
            read_bytes(write_pdf(list(pages), PROFILES[name].layout.paper, "a title"), path.name)
            for path, pages in folder.reader.pages.items()
        )
        found[name] = tuple(reading.looks for reading in readings if reading.looks is not None)
        assert len(found[name]) > 3
    return found


def test_reports_of_one_office_look_alike_whatever_outcomes_they_hold(looks):
    for some in looks.values():
        assert [drift(one, some[:1]) for one in some] == [()] * len(some)


@pytest.mark.parametrize(
    ("other", "said"), [("short-labels", 'label "D.O.B"'), ("small-print", "columns of")]
)
def test_another_print_says_what_has_changed(looks, other, said):
    changed = drift(looks[other][0], looks["standard"])
    assert any(words.startswith(said) for words in changed), changed
    assert drift(looks[other][0], (*looks["standard"], *looks[other])) == ()


ONE = Looks((595, 842), ("Courier",), 6.0, (), ("Age", "Opinion", "Screened on"))


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (replace(ONE, paper=(612, 792)), "paper 612 by 792 points, confirmed 595 by 842 points"),
        (replace(ONE, fonts=("Arial", "Courier")), "font Arial, confirmed Courier"),
        (replace(ONE, pitch=0.0), "proportional type, confirmed columns of 6.0 points"),
        (replace(ONE, furniture=("Page # of #",)), 'new line on its pages: "Page # of #"'),
        (replace(ONE, labels=("Result",)), 'label "Result" in its records, confirmed Opinion'),
    ],
)
def test_each_change_is_one_sentence(now: Looks, said: str):
    assert drift(now, (ONE,)) == (said,)


@pytest.mark.parametrize(
    "now",
    [
        replace(ONE, pitch=6.1),
        replace(ONE, fonts=(), labels=()),
        replace(ONE, labels=("Mammography on", "Opinion R", "Telephone")),
    ],
)
def test_what_a_short_or_a_rare_report_differs_in_is_no_change(now: Looks):
    assert drift(now, (ONE,)) == ()
