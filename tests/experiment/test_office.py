"""The office's people: who they are, how much time they have, and the same luck in every arm."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pilot.errors import ScenarioError
from pilot.evidence import load_assumptions
from pilot.experiment import load_scenario, run_scenario
from pilot.experiment.enquiries import Demographics, Named
from pilot.experiment.events import RunFinished
from pilot.experiment.folder import Journal
from pilot.experiment.office import Colleague, Did, Office, OfficePlan, job_of, read_office
from pilot.experiment.scenario import Scenario, parse_scenario
from pilot.measures import Figures
from pilot.pipeline.entry import Route
from pilot.pipeline.ledger import Ledger

ASSUMPTIONS = load_assumptions()
MONDAY = date(2026, 11, 2)
TWO = OfficePlan((Colleague("A. One", "clerk", 20.0), Colleague("B. Two", "clerk", 20.0, (2, 4))))


def office(folder: Path, plan: OfficePlan = TWO, seed: int = 3) -> Office:
    return Office(plan, ASSUMPTIONS, seed, Journal(folder / "book.jsonl"))


def jobs(number: int, reason: str = "outcome_differs") -> list[Any]:
    return [job_of(f"KXX{n:06}", None, reason) for n in range(number)]


def test_a_scenario_that_names_nobody_has_the_usual_staff_by_name() -> None:
    plan = read_office(None, "mine")
    assert len(plan.staff) == 2
    assert all(one.name for one in plan.staff)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"staff": []}, "nobody with time for its list"),
        ({"staff": [{"name": "A", "minutes_a_day": 0}]}, "nobody with time for its list"),
        ({"staff": [{"name": "A", "works_on": []}]}, "nobody with time for its list"),
        ({"staff": [{"name": "A"}], "list_unattended": True}, "though somebody has time"),
        ({"list_unattended": "yes"}, "neither true nor false"),
        ({"staff": [{"name": " "}]}, "without a name"),
        ({"staff": [{"name": "A"}, {"name": "A"}]}, "names somebody twice"),
        ({"staff": [{"name": "A", "minutes_a_day": -1}]}, "no time of a day"),
        ({"staff": [{"name": "A", "works_on": [8]}]}, "names no days"),
        ({"stuff": []}, "unknown key 'office.stuff'"),
        ({"staff": [{"name": "A", "wage": 3}]}, "unknown key 'office.staff.wage'"),
        ({"staff": {"name": "A"}}, "not a list of tables"),
    ],
)
def test_an_office_that_cannot_be_is_refused_with_the_key(table: dict[str, Any], says: str) -> None:
    with pytest.raises(ScenarioError, match=says) as raised:
        read_office(table, "mine")
    assert raised.value.exit_code == 2


def test_an_office_may_say_that_nobody_opens_its_list() -> None:
    assert read_office({"staff": [], "list_unattended": True}, "mine").list_unattended


def test_nobody_works_longer_than_the_day_and_the_rota_give() -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Office, "minutes_for", lambda *_: 8.0)
        people = office(Path("/nonexistent")).day(MONDAY)
        patched.setattr(Office, "write", lambda *_: None)
        took = [people.take(job, Did.SETTLED) for job in jobs(5)]
    assert took == ["A. One", "A. One", "A. One", None, None], "begun with 4 minutes left, finished; B is off"


def test_the_book_is_there_again_after_a_kill_and_counts_against_the_day(tmp_path: Path) -> None:
    (job,) = jobs(1)
    assert office(tmp_path).day(MONDAY).take(job, Did.NO_ANSWER) == "A. One"
    again = office(tmp_path)
    assert again.worked_on(job) == (MONDAY,)
    assert not again.done(job)
    assert again.minutes_left(MONDAY)["A. One"] == pytest.approx(20 - again.minutes_for(job), abs=0.01)


def test_the_same_work_has_the_same_luck_in_every_arm(tmp_path: Path) -> None:
    (tmp_path / "paper").mkdir()
    (tmp_path / "coded").mkdir()
    one, other = office(tmp_path / "paper"), office(tmp_path / "coded")
    for job in jobs(50):
        assert one.minutes_for(job) == other.minutes_for(job)
        assert one.slips(job) == other.slips(job)
    left, unknown = job_of("KXX1", None, "patient_left"), job_of("KXX1", None, "patient_unknown")
    assert left == unknown


def test_minutes_and_luck_are_the_evidences(tmp_path: Path) -> None:
    people = office(tmp_path)
    many = jobs(4000)
    mean = sum(map(people.minutes_for, many)) / len(many)
    assert mean == pytest.approx(ASSUMPTIONS["bso_exception_minutes"].mean, rel=0.03)
    found = sum(map(people.finds_out, many)) / len(many)
    assert found == pytest.approx(ASSUMPTIONS["bso_look_up_succeeds"].mean, abs=0.02)


def patient(number: str, **changes: Any) -> dict[str, Any]:
    return {
        "nhs_number": number,
        "surname": "FEATHER",
        "forename": "ANNA",
        "title": "MS",
        "date_of_birth": "1965-05-04",
        "registered_from": "2001-04-01",
        "registered_to": None,
        "died_on": None,
    } | changes


def test_the_register_knows_people_by_number_or_by_the_only_one_of_that_name_and_birthday(
    tmp_path: Path,
) -> None:
    moved = patient("9990000026", forename="BETH", registered_to="2026-10-01")
    here = patient("9990000026", forename="BETH", registered_from="2026-10-01")
    namesake = patient("9990000034")
    lines = [
        {"ods": "Z1", "patients": [patient("9990000018"), moved]},
        {"ods": "Z2", "patients": [here, namesake]},
    ]
    world = [json.dumps(line).encode() for line in lines]
    register = Demographics(world, {"Z2": (date(2026, 12, 1), "Z3")})
    born = date(1965, 5, 4)
    beth = register.find(Named(None, "Feather", "Beth", born))
    assert beth is not None
    assert register.practice(beth.nhs_number, date(2026, 9, 1)) == "Z1"
    assert register.practice(beth.nhs_number, date(2026, 11, 1)) == "Z2"
    assert register.practice(beth.nhs_number, date(2026, 12, 1)) == "Z3"
    assert register.find(Named(None, "Feather", "Anna", born)) is None, "two of them: nobody can tell"
    one = register.find(Named("9990000018", "Feather", "Anna", born))
    assert one is not None
    assert one.nhs_number == "9990000018"
    stranger = Named("9990000018", "OTHER", "NAME", date(1950, 1, 1))
    assert register.find(stranger) is None, "that number is somebody else's"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    text = load_scenario("list_unattended").text.replace("results = 240", "results = 90")
    return parse_scenario("list", text)


@pytest.fixture(scope="module")
def attended(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Figures]:
    text = scenario.text.replace("staff = []\nlist_unattended = true\n", "")
    return _run(parse_scenario("list", text), tmp_path_factory.mktemp("attended") / "run")


@pytest.fixture(scope="module")
def unattended(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Figures]:
    return _run(scenario, tmp_path_factory.mktemp("unattended") / "run")


def _run(scenario: Scenario, folder: Path) -> tuple[Path, Figures]:
    *_, finished = run_scenario(scenario, seed=2, out=folder)
    assert isinstance(finished, RunFinished)
    return folder, finished.figures


def test_a_list_that_is_worked_gets_results_into_records_in_both_arms(
    attended: tuple[Path, Figures], unattended: tuple[Path, Figures]
) -> None:
    for arm in ("paper", "coded"):
        with_people, without = attended[1].arms[arm], unattended[1].arms[arm]
        assert with_people.undelivered < without.undelivered, arm
        assert with_people.bso_minutes_by_kind["exceptions"] > 0, arm
        assert without.bso_minutes_by_kind["exceptions"] == 0, arm


def test_every_exception_that_was_worked_has_a_name_and_a_line_in_the_book(
    attended: tuple[Path, Figures],
) -> None:
    folder, figures = attended
    book = [json.loads(line) for line in (folder / "office-coded.jsonl").read_text("utf-8").splitlines()]
    assert sum(line["minutes"] for line in book) == pytest.approx(
        figures.arms["coded"].bso_minutes_by_kind["exceptions"], abs=0.01
    )
    with Ledger(folder / "ledger.sqlite") as ledger:
        named = {entry.screening_number for entry in ledger.entries() if entry.assigned_to}
        untouched = [e for e in ledger.entries() if e.state == "with_a_person" and e.owner == "office"]
    assert named
    assert named <= {line["screening_number"] for line in book}
    assert untouched == [], "the usual staff has the time for so few"


def test_where_nobody_opens_the_list_nobody_touches_a_result(unattended: tuple[Path, Figures]) -> None:
    folder, _ = unattended
    with Ledger(folder / "ledger.sqlite") as ledger:
        stuck = [e for e in ledger.entries() if e.state == "with_a_person" and e.route != Route.PAPER]
        who = {step.who for entry in stuck for step in ledger.history(entry.id)}
    assert stuck
    assert who == {"pipeline"}


def test_what_was_printed_again_is_read_and_sent_like_any_other_print(
    attended: tuple[Path, Figures],
) -> None:
    folder, _ = attended
    again = {path.name for path in (folder / "reprints-coded").iterdir()}
    assert again
    with Ledger(folder / "ledger.sqlite") as ledger:
        states = {entry.state for entry in ledger.entries() if entry.provenance.file in again}
    assert "filed" in states
