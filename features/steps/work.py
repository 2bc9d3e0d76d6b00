"""Then the figures say: hours, errors and ends, as figures.json holds them."""

import sqlite3
from contextlib import closing

from pytest_bdd import parsers, then

from features.steps.measured import Measured
from features.steps.pilot_runs import PilotRun, each
from pilot.evidence import load_assumptions
from pilot.pipeline.ledger import Ledger


@then(parsers.parse("the low end of the {what} hours saved is above {hours:d} hours"))
@each
def hours_saved(run: PilotRun, measured: Measured, what: str, hours: int) -> None:
    key = {"GP": "gp_hours_saved", "office": "bso_hours_saved"}[what]
    saved = run.figures["comparisons"]["coded_vs_paper"][key]
    measured(f"{what} hours saved", f"{saved['value']:.1f} ({saved['low']:.1f} to {saved['high']:.1f})")
    assert saved["low"] > hours, f"the low end of {what} hours saved is {saved['low']:.1f}, the claim {hours}"


def left_by_the_evidence() -> float:
    """The most of paper's minutes that coded messages may leave: what no rule may file or nobody is matched to.

    Each at its longest, against the usual minutes of a result on paper; all from the evidence file.
    """
    rows = load_assumptions()
    by_hand = 1 - rows["autofile_share"].low + rows["match_failure"].high
    return by_hand * rows["unmatched_minutes"].high / rows["minutes_a_result"].value


@then("the coded arm takes no more of the paper arm's GP minutes than the evidence leaves")
@each
def share_of_minutes(run: PilotRun, measured: Measured) -> None:
    coded, paper = (run.figures["arms"][arm]["gp_minutes"] for arm in ("coded", "paper"))
    share, most = coded / paper, left_by_the_evidence()
    measured("GP minutes, coded of paper", f"{coded:.0f} of {paper:.0f} ({share:.1%}; at most {most:.1%})")
    assert share <= most, (
        f"coded takes {share:.1%} of paper's GP minutes, where the evidence leaves {most:.1%}"
    )


@then(parsers.parse("{number:d} results are misleading or unclear in the {arm} arm"))
@each
def wrong_codes(run: PilotRun, measured: Measured, number: int, arm: str) -> None:
    _equal(run, measured, arm, "misleading", number)
    _equal(run, measured, arm, "unclear", number)


@then(parsers.parse("{number:d} results are in somebody else's record in the {arm} arm"))
@each
def wrong_people(run: PilotRun, measured: Measured, number: int, arm: str) -> None:
    _equal(run, measured, arm, "wrong_person", number)


@then(parsers.parse("{number:d} results are in a record twice in the {arm} arm"))
@each
def duplicates(run: PilotRun, measured: Measured, number: int, arm: str) -> None:
    _equal(run, measured, arm, "duplicate", number)


@then(
    parsers.parse(
        "{number:d} results are said to be filed and are not, but those that a reviewer closed by mistake"
    )
)
@each
def said_filed_but_by_a_slip(run: PilotRun, measured: Measured, number: int) -> None:
    with closing(sqlite3.connect(run.folder / "gp-coded.sqlite")) as database:
        (slips,) = database.execute(
            "SELECT count(*) FROM tasks WHERE ending = 'closed without an entry'"
        ).fetchone()
    said = run.figures["arms"]["coded"]["ends"]["lost_because"].get("said_filed", 0)
    measured("said to be filed and not, and closed by mistake at a practice", f"{said} and {slips}")
    assert said - slips == number


@then(
    "the coded arm has fewer errors than the paper arm where results are typed, and no more where nothing is done"
)
@each
def fewer_errors(run: PilotRun, measured: Measured) -> None:
    coded, paper = (run.figures["arms"][arm] for arm in ("coded", "paper"))
    for key, words in (
        ("errors_where_results_are_typed", "where results are typed"),
        ("errors_where_nothing_is_done", "where nothing is done"),
    ):
        measured(f"errors {words}, coded and paper", f"{coded[key]} and {paper[key]} of {len(run.truth)}")
    typed = "errors_where_results_are_typed"
    idle = "errors_where_nothing_is_done"
    assert coded[typed] < paper[typed], (
        f"coded has {coded[typed]} errors where results are typed, paper {paper[typed]}"
    )
    assert coded[idle] <= paper[idle], (
        f"coded has {coded[idle]} errors where nothing is done, paper {paper[idle]}"
    )


@then(parsers.parse("the low end of the errors avoided is above {number:d} results"))
@each
def errors_avoided(run: PilotRun, measured: Measured, number: int) -> None:
    avoided = run.figures["comparisons"]["coded_vs_paper"]["errors_avoided"]
    measured("errors avoided", f"{avoided['value']:.0f} ({avoided['low']:.0f} to {avoided['high']:.0f})")
    assert avoided["low"] > number, (
        f"the low end of errors avoided is {avoided['low']:.1f}, the claim {number}"
    )


@then("as many results are received as the office emitted")
@each
def received(run: PilotRun, measured: Measured) -> None:
    received = run.figures["arms"]["coded"]["ends"]["received"]
    measured("results received, by the ledger", received)
    assert received == len(run.truth), f"the ledger has {received} of {len(run.truth)} results emitted"


@then(parsers.parse("{number:d} results are unaccounted for"))
@each
def unaccounted(run: PilotRun, measured: Measured, number: int) -> None:
    ends = run.figures["arms"]["coded"]["ends"]
    measured("results unaccounted for", ends["unaccounted"])
    assert ends["unaccounted"] == number, f"{ends['unaccounted']} unaccounted for: {ends['lost_because']}"


@then(parsers.parse("{number:d} results are on a list that nobody works"))
@each
def list_is_worked(run: PilotRun, measured: Measured, number: int) -> None:
    unworked = run.figures["arms"]["coded"]["ends"]["lost_because"].get("list_not_worked", 0)
    measured("results on a list that nobody works", unworked)
    assert unworked == number, (
        f"{unworked} results are on a list that nobody works, where the claim is {number}"
    )


@then("every result with a person is on the office's or a practice's list with a reason")
def on_a_list(run: PilotRun | tuple[PilotRun, ...], measured: Measured) -> None:
    """Over all the runs: in a single one nothing may be stuck, and nothing would then be shown."""
    stuck = []
    for one in run if isinstance(run, tuple) else (run,):
        with Ledger(one.folder / "ledger.sqlite") as ledger:
            stuck += [entry for entry in ledger.entries() if entry.state == "with_a_person"]
    measured("results with a person", len(stuck))
    assert stuck, "no result of any run is with a person: this shows nothing"
    nameless = [entry.id for entry in stuck if entry.owner not in ("office", "practice") or not entry.reason]
    assert not nameless, f"{len(nameless)} of {len(stuck)} results are on nobody's list, or without a reason"


def _equal(run: PilotRun, measured: Measured, arm: str, what: str, number: int) -> None:
    found = run.figures["arms"][arm][what]
    measured(f"{what.replace('_', ' ')}, {arm}", f"{found} of {len(run.truth)}")
    assert found == number, f"{what.replace('_', ' ')} in the {arm} arm: {found}, where the claim is {number}"


@then(parsers.parse("the practice had {number:d} results to type"))
@each
def letters_to_type(run: PilotRun, measured: Measured, number: int) -> None:
    measured("results printed", run.figures["arms"]["paper"]["letters"])
    assert run.figures["arms"]["paper"]["letters"] == number


@then("more than half of them still lie on the desk at the end of February")
@each
def still_on_the_desk(run: PilotRun, measured: Measured) -> None:
    paper = run.figures["arms"]["paper"]
    last_day = run.figures["run"]["last_day"]
    measured(f"letters not opened on {last_day}", f"{paper['letters_open']} of {paper['letters']}")
    assert last_day == "2027-02-26"
    assert paper["letters_open"] > paper["letters"] / 2


@then(parsers.parse("{share:d}% of normal results in the {arm} arm's records have the usual code"))
@each
def usual_code(run: PilotRun, measured: Measured, share: int, arm: str) -> None:
    modal = run.figures["arms"][arm]["coding"]["modal_share"]
    measured(f"normal results with the usual code, {arm}", f"{100 * modal:.1f}%")
    assert 100 * modal == share


@then(parsers.parse("less than {share:d}% of normal results in the {arm} arm's records have the usual code"))
@each
def not_always_the_usual_code(run: PilotRun, measured: Measured, share: int, arm: str) -> None:
    modal = run.figures["arms"][arm]["coding"]["modal_share"]
    measured(f"normal results with the usual code, {arm}", f"{100 * modal:.1f}%")
    assert 100 * modal < share


@then(parsers.parse("every practice codes alike in the {arm} arm"))
@each
def practices_alike(run: PilotRun, measured: Measured, arm: str) -> None:
    alike = run.figures["arms"][arm]["practices_coding_alike"]
    practices = sum(row["arms"][arm]["coding"]["entries"] > 0 for row in run.figures["practices"])
    measured(f"practices coding alike, {arm}", f"{alike} of {practices}")
    assert alike == practices > 0


@then(parsers.parse("at least {number:d} result came back to the office as not collected"))
@each
def not_collected(run: PilotRun, measured: Measured, number: int) -> None:
    with Ledger(run.folder / "ledger.sqlite") as ledger:
        back = [
            entry
            for entry in ledger.entries()
            if any(step.reason == "not_collected" for step in ledger.history(entry.id))
        ]
    measured("results not collected that came back to the office", len(back))
    assert len(back) >= number


@then(parsers.parse("at least {number:d} result went on paper after the practice's system refused it"))
@each
def refused_then_paper(run: PilotRun, measured: Measured, number: int) -> None:
    with Ledger(run.folder / "ledger.sqlite") as ledger:
        went_round = [
            entry
            for entry in ledger.entries()
            if entry.reason == "sent_on_paper"
            and any(step.reason == "not_taking_messages" for step in ledger.history(entry.id))
        ]
    measured("refused by the practice's system, then on paper", len(went_round))
    assert len(went_round) >= number
