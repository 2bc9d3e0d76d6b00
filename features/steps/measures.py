"""What a claim can be about: each measure by the name that features call it, with its unit.

Those of the figures are read from figures.json. The others are counted anew, from the practices' records, the
office's ledger and the desks' own books, so that the figures themselves can be refuted.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from features.steps.pilots import Observation, PilotRun
from pilot.domain.outcome import Outcome
from pilot.evidence import load_assumptions
from pilot.experiment import load_scenario
from pilot.measures import read_panel
from pilot.measures.meaning import Grade, grade
from pilot.pipeline.reasons import Reason

RESULTS: Final = "results"
PER_CENT: Final = "per cent"


_REASONS: Final = ("lost_because",)


@dataclass(frozen=True)
class Measured:
    """A number, the ends of its range where it has one, and of how many it is where it is a part of some."""

    value: float
    low: float | None = None
    high: float | None = None
    of: int | None = None


@dataclass(frozen=True)
class Measure:
    """`of(run, arm)` measures it; of a pair of arms, `arm` is "coded against paper"."""

    unit: str
    of: Callable[[PilotRun, str], Measured]


def threshold_of_evidence(row: str) -> float:
    """A row's value as claims count it, shares in per cent; or what is worked out from several rows."""
    if row in WORKED_OUT:
        return WORKED_OUT[row]()
    found = load_assumptions()[row]
    return found.value * 100 if found.unit.startswith("share") else found.value


def minutes_that_must_remain() -> float:
    """Per cent of paper's GP minutes that coded messages may leave: what no rule may file, or nobody is matched to.

    Each at its longest, against the usual minutes of a result on paper.
    """
    rows = load_assumptions()
    by_hand = 1 - rows["autofile_share"].low + rows["match_failure"].high
    return 100 * by_hand * rows["unmatched_minutes"].high / rows["minutes_a_result"].value


def headline_minutes_a_week() -> float:
    """What the headline's hours are to one practice in one week, in minutes."""
    rows = load_assumptions()
    return rows["headline_hours"].value * 60 / 52 / rows["practices_in_england"].value


def least_share_of_minutes() -> float:
    """Per cent of their mean that the minutes a result may be, at the low end of their 95%."""
    row = load_assumptions()["minutes_a_result"]
    drawn = row.draw(np.random.default_rng(1), 100_000)
    return 100 * float(np.quantile(drawn, 0.025)) / row.mean


WORKED_OUT: Final[Mapping[str, Callable[[], float]]] = {
    "least_share_of_minutes": least_share_of_minutes,
    "minutes_that_must_remain": minutes_that_must_remain,
    "headline_minutes_a_week": headline_minutes_a_week,
}


# --- from figures.json


def _at(values: Any, key: str) -> Any:
    """What stands at a key; a reason for a loss that there is none of is nought. Raises LookupError for any other."""
    *folders, last = key.split(".")
    try:
        for name in folders:
            values = values[name]
        return values.get(last, 0) if folders and folders[-1] in _REASONS else values[last]
    except KeyError as missing:
        raise LookupError(f"{key} is not among these figures ({missing})") from missing


def _figure(key: str, unit: str = RESULTS, of: str | None = None, times: float = 1) -> Measure:
    def measured(run: PilotRun, arm: str) -> Measured:
        value = _at(run.arm(arm), key)
        if value is None:
            raise AssertionError(
                f"{key} does not exist in the {arm} arm of seed {run.seed}: there is nothing to measure"
            )
        return Measured(times * float(value), of=None if of is None else int(_at(run.arm(arm), of)))

    return Measure(unit, measured)


def _saved(key: str, unit: str) -> Measure:
    def measured(run: PilotRun, pair: str) -> Measured:
        arm, other = pair.split(" against ")
        saved = run.figures["comparisons"][f"{arm}_vs_{other}"][key]
        return Measured(saved["value"], saved["low"], saved["high"])

    return Measure(unit, measured)


def _low_of_value(run: PilotRun, pair: str) -> Measured:
    saved = MEASURES["GP hours saved"].of(run, pair)
    assert saved.low is not None
    return Measured(100 * saved.low / saved.value)


def _england_minutes(run: PilotRun, pair: str) -> Measured:
    minutes = run.figures["national"]["practice_minutes_a_week"]
    return Measured(minutes["median"], minutes["low"], minutes["high"])


def _never_received(run: PilotRun, arm: str) -> Measured:
    return Measured(len(run.truth) - int(run.arm(arm)["ends"]["received"]), of=len(run.truth))


def _without_a_name(run: PilotRun, arm: str) -> Measured:
    ends = run.arm(arm)["ends"]
    return Measured(ends["on_a_worked_list"] - ends["named"])


def _misleading_or_unclear(run: PilotRun, arm: str) -> Measured:
    figures = run.arm(arm)
    return Measured(figures["misleading"] + figures["unclear"], of=figures["results"])


def _alike(run: PilotRun, arm: str) -> Measured:
    rows = [row["arms"][arm]["coding"] for row in run.figures["practices"]]
    coding = [row for row in rows if row["entries"]]
    return Measured(100 * run.arm(arm)["practices_coding_alike"] / max(1, len(coding)), of=len(coding))


def _uptake_gap(run: PilotRun, arm: str) -> Measured:
    figures = run.arm(arm)
    return Measured(100 * abs(figures["uptake_true"] - figures["uptake_recorded"]))


def _undelivered_gap(run: PilotRun, arm: str) -> Measured:
    """Between the fifths of deprivation, those with fewer than 20 results left out: one result is 5 points there."""
    rows = [row for row in run.figures["equality"] if row["arm"] == arm and row["by"] == "imd_quintile"]
    shares = [100 * row["undelivered"] / row["results"] for row in rows if row["results"] >= 20]
    return Measured(max(shares, default=0.0) - min(shares, default=0.0), of=len(shares))


def _outcome_row(outcome: str, key: str) -> Measure:
    def measured(run: PilotRun, arm: str) -> Measured:
        rows = [row for row in run.figures["outcomes"] if row["arm"] == arm and row["outcome"] == outcome]
        return Measured(sum(row[key] for row in rows), of=sum(row["results"] for row in rows))

    return Measure(RESULTS, measured)


def _search_finds(wrongly: bool) -> Measure:
    """Of the code set named in place of an arm: the most that one of its searches finds, of absences or wrongly."""

    def measured(run: PilotRun, code_set: str) -> Measured:
        rows = [row for row in run.figures["searches"] if row["code_set"] == code_set]
        assert rows, f"no search of the code set {code_set} was measured"
        if wrongly:
            return Measured(max(row["not_screened_found"] for row in rows if row["counts_as"] == "screened"))
        absent = max(rows, key=lambda row: row["did_not_attend_found"])
        return Measured(absent["did_not_attend_found"], of=absent["did_not_attend"])

    return Measure(RESULTS, measured)


# --- from the practices' records, held against the truth


def entered_by(observation: Observation) -> str:
    """Who or what put an entry into the record: `rule:<name>` or `person:<role>`."""
    tags = {
        tag["system"].rsplit("/", 1)[-1].rsplit(":", 1)[-1]: tag["code"] for tag in observation["meta"]["tag"]
    }
    return str(tags["entered-by"])


def _by_a_rule(entries: Iterable[Observation]) -> bool:
    return any(entered_by(entry).startswith("rule:") for entry in entries)


def _codes(observation: Observation) -> tuple[str, ...]:
    return tuple(coding["code"] for coding in observation.get("valueCodeableConcept", {}).get("coding", []))


def _of(run: PilotRun, *outcomes: str) -> list[dict[str, Any]]:
    return [line for line in run.truth if line["outcome"] in outcomes]


def _its_patients(run: PilotRun, outcome: str) -> list[dict[str, Any]]:
    """Results of people who are registered, alive, at the practice that the office sends to, which is ready."""
    ready = run.ready()
    return [
        line
        for line in _of(run, outcome)
        if line["registered_practice"] == line["practice"]
        and line["died_on"] is None
        and line["practice"] in ready
    ]


def _filed_by_a_rule(outcome: str) -> Measure:
    def measured(run: PilotRun, arm: str) -> Measured:
        lines, entries = _its_patients(run, outcome), run.entries(arm)
        filed = sum(_by_a_rule(entries.get(line["screening_number"], ())) for line in lines)
        return Measured(100 * filed / max(1, len(lines)), of=len(lines))

    return Measure(PER_CENT, measured)


def _next_day(run: PilotRun, arm: str) -> Measured:
    lines, entries = _its_patients(run, "normal"), run.entries(arm)
    in_time = sum(
        any(_days(entry, line) <= 1 for entry in entries.get(line["screening_number"], ())) for line in lines
    )
    return Measured(100 * in_time / max(1, len(lines)), of=len(lines))


def _days(entry: Observation, line: Mapping[str, Any]) -> int:
    return (date.fromisoformat(entry["issued"][:10]) - date.fromisoformat(line["emitted_on"])).days


def _wrongly_filed(run: PilotRun, arm: str) -> Measured:
    """Normal results that a rule filed under a code that does not say normal."""
    entries = run.entries(arm)
    filed = [
        entry
        for line in _of(run, "normal")
        for entry in entries.get(line["screening_number"], ())
        if _by_a_rule([entry])
    ]
    wrong = [entry for entry in filed if grade(_codes(entry), "", Outcome.NORMAL) is not Grade.RIGHT]
    return Measured(len(wrong), of=len(filed))


def _recalls_by_a_rule(run: PilotRun, arm: str) -> Measured:
    lines, entries = _of(run, "recall_for_assessment"), run.entries(arm)
    return Measured(
        sum(_by_a_rule(entries.get(line["screening_number"], ())) for line in lines), of=len(lines)
    )


def _recalls_left(run: PilotRun, arm: str) -> Measured:
    """Recalls that no clinician filed and that are with nobody, as sets of results rather than as numbers."""
    entries = run.entries(arm)
    recalls = {line["screening_number"] for line in _of(run, "recall_for_assessment")}
    seen = {
        number
        for number in recalls
        if any(entered_by(entry) == "person:clinician" for entry in entries.get(number, ()))
    }
    with_a_person = {entry.screening_number for entry in run.ledger if entry.state == "with_a_person"}
    return Measured(len(recalls - seen - with_a_person), of=len(recalls))


def _says_the_first_print(run: PilotRun, arm: str) -> Measured:
    """Of results whose print was wrong when it was made: those whose record says what was printed."""
    entries = run.entries(arm)
    printed_wrongly = [line for line in run.truth if line.get("printed_outcome")]
    misled = [
        line
        for line in printed_wrongly
        for entry in entries.get(line["screening_number"], ())
        if grade(_codes(entry), _text(entry), Outcome(line["outcome"])) is Grade.MISLEADING
    ]
    return Measured(len(misled), of=len(printed_wrongly))


def _reads_as(of: str, other: Outcome) -> Measure:
    """Results of one outcome whose record says, by its code or its words, another."""

    def measured(run: PilotRun, arm: str) -> Measured:
        lines, entries = _of(run, of), run.entries(arm)
        wrong = [
            line
            for line in lines
            for entry in entries.get(line["screening_number"], ())
            if grade(_codes(entry), _text(entry), other) in (Grade.RIGHT, Grade.NOT_FINDABLE)
        ]
        return Measured(len(wrong), of=len(lines))

    return Measure(RESULTS, measured)


def _text(entry: Observation) -> str:
    return str(entry.get("valueCodeableConcept", {}).get("text", ""))


def _recounted(run: PilotRun, arm: str) -> Measured:
    """Results in no record of hers, counted here, that the figures count otherwise."""
    entries = run.entries(arm)
    missing = sum(
        not any(
            entry["subject"]["identifier"]["value"] == line["nhs_number"]
            for entry in entries.get(line["screening_number"], ())
        )
        for line in run.truth
    )
    return Measured(abs(missing - run.arm(arm)["undelivered"]), of=len(run.truth))


# --- from the office's ledger and the desks' books


def _to_unready(run: PilotRun, arm: str) -> Measured:
    unready = [entry for entry in run.ledger if entry.practice and entry.practice not in run.ready(arm)]
    return Measured(
        sum(bool(entry.message_id) and not entry.assigned_to for entry in unready), of=len(unready)
    )


def _unready_not_on_paper(run: PilotRun, arm: str) -> Measured:
    unready = [entry for entry in run.ledger if entry.practice and entry.practice not in run.ready(arm)]
    on_paper = [entry for entry in unready if Reason.SENT_ON_PAPER in run.reasons[entry.id]]
    return Measured(len(unready) - len(on_paper), of=len(unready))


def _typed_at_ready(run: PilotRun, arm: str) -> Measured:
    """Without those that somebody at the office dealt with, who may have found her at another practice."""
    redirected = {entry.screening_number for entry in run.ledger if entry.assigned_to}
    ready = {
        line["screening_number"]
        for line in run.truth
        if line["practice"] in run.ready(arm) and line["screening_number"] not in redirected
    }
    typed = [
        entry
        for number, entries in run.entries(arm).items()
        for entry in entries
        if number in ready and entry["meta"]["source"].startswith("post:")
    ]
    return Measured(len(typed), of=len(ready))


def _printed_before_joining(run: PilotRun, arm: str) -> Measured:
    """Of the results printed before their practice joined, those sent as a message, and not by somebody's hand."""
    printed = {line["screening_number"]: line["emitted_on"] for line in run.truth}
    before = [
        entry
        for entry in run.ledger
        if printed[entry.screening_number] < run.joins_on(arm).get(entry.practice or "", "")
    ]
    return Measured(sum(bool(entry.message_id) and not entry.assigned_to for entry in before), of=len(before))


def _minutes_after_joining(run: PilotRun, arm: str) -> Measured:
    """GP minutes a result in the weeks after joining, of those in the weeks before, over the same practices."""
    weeks = [cell for cell in read_panel(run.folder) if cell.arm == arm and cell.results]
    minutes, results = {0.0: 0.0, 1.0: 0.0}, {0.0: 0, 1.0: 0}
    for cell in weeks:
        if cell.by_message in minutes:  # a practice's first week may be of both
            minutes[cell.by_message] += cell.minutes
            results[cell.by_message] += cell.results
    before, after = minutes[0.0] / max(1, results[0.0]), minutes[1.0] / max(1, results[1.0])
    return Measured(100 * after / before, of=min(results.values()))


def _of_merged(run: PilotRun, arm: str) -> Measured:
    """Results of practices that merged into another while the pilot ran, which ended in no right record."""
    plan = load_scenario(str(run.folder / "scenario.toml")).practices
    rows = sorted(run.figures["practices"], key=lambda row: str(row["ods"]))
    merged = [rows[one.practice - 1]["arms"][arm] for one in plan.differences if one.merges_into]
    return Measured(sum(row["undelivered"] for row in merged), of=sum(row["results"] for row in merged))


def _unaccounted_but_by_a_slip(run: PilotRun, arm: str) -> Measured:
    """Reviewers slip: they close a message, say that it is filed, and enter nothing. Of others there must be none."""
    slips = _asked(run, arm, "SELECT count(*) FROM tasks WHERE ending = 'closed without an entry'")
    ends = run.arm(arm)["ends"]
    said = ends["lost_because"].get("said_filed", 0)
    return Measured(ends["unaccounted"] - min(slips, said), of=ends["results"])


def _stuck_and_nameless(run: PilotRun, arm: str) -> Measured:
    stuck = [entry for entry in run.ledger if entry.state == "with_a_person"]
    nameless = [entry for entry in stuck if entry.owner not in ("office", "practice") or not entry.reason]
    return Measured(len(nameless))


def _once(*reasons: Reason) -> Measure:
    """Results that came to the first of these, and then to the next."""

    def measured(run: PilotRun, arm: str) -> Measured:
        found = 0
        for moves in run.reasons.values():
            rest = iter(moves)
            found += all(any(str(reason) == move for move in rest) for reason in reasons)
        return Measured(found)

    return Measure(RESULTS, measured)


def _minutes_otherwise(run: PilotRun, arm: str) -> Measured:
    """GP minutes in the figures, less those that the desks wrote down piece by piece."""
    written = _asked(run, arm, "SELECT coalesce(sum(minutes), 0) FROM tasks WHERE state = 'done'")
    figures = run.arm(arm)
    desks = figures["gp_minutes"] - figures["gp_minutes_by_kind"].get("reconciliation", 0)
    return Measured(abs(desks - written), of=int(written))


def _share_of_paper(run: PilotRun, arm: str) -> Measured:
    return Measured(100 * run.arm(arm)["gp_minutes"] / run.arm("paper")["gp_minutes"])


def _asked(run: PilotRun, arm: str, question: str) -> float:
    with closing(sqlite3.connect(run.folder / f"gp-{arm}.sqlite")) as database:
        (answer,) = database.execute(question).fetchone()
    return float(answer)


MEASURES: Final[Mapping[str, Measure]] = {
    "results with an error": _figure("errors", of="results"),
    "errors where results are typed": _figure("errors_where_results_are_typed", of="results"),
    "errors where nothing is done": _figure("errors_where_nothing_is_done", of="results"),
    "results in no right record": _figure("undelivered", of="results"),
    "results in the right record": _figure("ends.in_right_record", of="results"),
    "results lost": _figure("ends.lost", of="results"),
    "results unaccounted for": _figure("ends.unaccounted", of="results"),
    "results never received": Measure(RESULTS, _never_received),
    "results on a list that nobody works": _figure("ends.lost_because.list_not_worked", of="results"),
    "results on a worked list without a name": Measure(RESULTS, _without_a_name),
    "results stuck without a list or a reason": Measure(RESULTS, _stuck_and_nameless),
    "results misleading or unclear": Measure(RESULTS, _misleading_or_unclear),
    "results in somebody else's record": _figure("wrong_person", of="results"),
    "results in a record twice": _figure("duplicate", of="results"),
    "late results": _figure("late", of="results"),
    "silent failures": _figure("ends.silent.results", of="results"),
    "silent failures that nobody knows of": _figure("ends.silent.not_found", of="results"),
    "days until the last silent failure was found": _figure("ends.silent.longest_days_until_found", "days"),
    "screened women whom a search calls due": _figure("harms.due_though_screened", of="harms.screened"),
    "recalls that no search finds": _figure("harms.recalls_not_found", of="harms.recalls"),
    "recalls filed by a rule, by the figures": _figure("harms.recalls_filed_by_a_rule", of="harms.recalls"),
    "recalls filed by a rule": Measure(RESULTS, _recalls_by_a_rule),
    "recalls neither seen by a clinician nor with a person": Measure(RESULTS, _recalls_left),
    "absences that no search finds": _figure("harms.absences_not_found", of="harms.absences"),
    "technical recalls that read as normal": _reads_as("technical_recall", Outcome.NORMAL),
    "technical recalls in words alone": _outcome_row("technical_recall", "not_findable"),
    "absences that read as screened and normal": _reads_as("did_not_attend", Outcome.NORMAL),
    "corrected results whose record says the first print": Measure(RESULTS, _says_the_first_print),
    "amended results whose record says the first print": _figure("amended_as_first_printed", of="amended"),
    "withdrawn results that a record still holds": _figure("withdrawn_still_in_record", of="withdrawn"),
    "days until half are in the record": _figure(
        "days_to_record.median", "days", of="days_to_record.results"
    ),
    "days until 95 in 100 are in the record": _figure(
        "days_to_record.p95", "days", of="days_to_record.results"
    ),
    "normal results with the usual code": _figure("coding.modal_share", PER_CENT, "coding.entries", 100),
    "practices that code alike": Measure(PER_CENT, _alike),
    "uptake that a search misses": Measure("points", _uptake_gap),
    "undelivered between fifths of deprivation": Measure("points", _undelivered_gap),
    "letters": _figure("letters", "letters", of="results"),
    "pounds for letters": _figure("letter_cost_gbp", "pounds"),
    "its patients' normal results filed by a rule": _filed_by_a_rule("normal"),
    "its patients' absences filed by a rule": _filed_by_a_rule("did_not_attend"),
    "its patients' normal results in the record within a day": Measure(PER_CENT, _next_day),
    "normal results filed by a rule that no search finds": Measure(RESULTS, _wrongly_filed),
    "absences found by its best search": _search_finds(wrongly=False),
    "screenings that never took place and a search finds": _search_finds(wrongly=True),
    "undelivered results counted otherwise": Measure(RESULTS, _recounted),
    "GP minutes counted otherwise": Measure("minutes", _minutes_otherwise),
    "GP minutes, of paper's": Measure(PER_CENT, _share_of_paper),
    "messages to practices that are not ready": Measure("messages", _to_unready),
    "messages of results printed before the practice joined": Measure("messages", _printed_before_joining),
    "results refused by a practice that takes no messages": _once(Reason.NOT_TAKING_MESSAGES),
    "GP minutes a result after joining, of before": Measure(PER_CENT, _minutes_after_joining),
    "results of merged practices in no right record": Measure(RESULTS, _of_merged),
    "results of practices not ready that did not go on paper": Measure(RESULTS, _unready_not_on_paper),
    "results typed from paper at practices that are ready": Measure(RESULTS, _typed_at_ready),
    "results unaccounted for, but by a reviewer's slip": Measure(RESULTS, _unaccounted_but_by_a_slip),
    "results that came back as not collected": _once(Reason.NOT_COLLECTED),
    "results on paper after the practice's system refused them": _once(
        Reason.NOT_TAKING_MESSAGES, Reason.SENT_ON_PAPER
    ),
    "letters still unopened": _figure("letters_open", "letters", of="letters"),
    "minutes a practice saves a week in England": Measure("minutes", _england_minutes),
    "low end of the GP hours saved, of the value": Measure(PER_CENT, _low_of_value),
    "GP hours saved": _saved("gp_hours_saved", "hours"),
    "GP hours saved on what both delivered": _saved("gp_hours_saved_on_delivered", "hours"),
    "office hours saved": _saved("bso_hours_saved", "hours"),
    "pounds saved": _saved("gbp_saved", "pounds"),
    "errors avoided": _saved("errors_avoided", RESULTS),
    "letters avoided": _saved("letters_avoided", "letters"),
}
