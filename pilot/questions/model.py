"""The vectorised speed: whole office-years as numpy columns, a thousand at a time.

It keeps no result apart. People, outcomes and days come from the generators' own columns; what a practice's system
does with each outcome is asked of its own `decide`, and what an entry is worth of the instrument's own `grade`;
chance is drawn for counts, and minutes for sums. So it says what is to be expected, not what one seed brings:
`tests/questions/test_model.py` holds it to the twin within Monte Carlo error. What it leaves out, `left_out` names.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from generators.people.episodes import OUTCOMES, draw_episodes
from generators.people.population import PracticeColumns, draw_practices, people_of
from pilot.coding import CodeSet
from pilot.domain.outcome import Outcome
from pilot.evidence import Assumption, Assumptions, Distribution, load_assumptions
from pilot.experiment.arm_setup import desk_settings
from pilot.experiment.scenario import Scenario
from pilot.measures.effort import EFFORT_PRIORS, Sent, Workload, effort, total
from pilot.measures.meaning import Grade, grade
from simulators.gp_system.desk.settings import Role
from simulators.gp_system.outcomes import Outcome as PracticeOutcome
from simulators.gp_system.practice import Rule
from simulators.gp_system.receiving.filing_decision import Found, Match, decide
from simulators.gp_system.receiving.payload import Received
from simulators.gp_system.supplier import Supplier, load_suppliers

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Values = Mapping[str, Any]

_ON_PAPER: Final = "paper"
_ROWS_AT_ONCE: Final = 2_000_000  # participants in memory together


@dataclass(frozen=True, slots=True)
class Offices:
    """What happened at `n` offices of `practices` each, before anybody sent anything. Arrays: (n, practices, ...).

    `results` by outcome, in the generators' order; `bundles` are days on which a practice gets something, `pages`
    the pages in them; `luck` are uniform draws, one for each thing that differs between practices. `early` are
    results, bundles and pages from before each wave of the scenario: (n, practices, waves, 3).
    """

    results: Ints
    bundles: Ints
    pages: Ints
    supplier: Ints
    list_size: Floats
    luck: Floats
    early: Ints
    seed: int

    def __len__(self) -> int:
        return len(self.results)

    @property
    def count(self) -> Ints:
        """Results of each practice."""
        return np.asarray(self.results.sum(axis=2))


@dataclass(frozen=True, slots=True)
class ArmColumns:
    """One arm of many offices: each figure an array, one element an office."""

    gp_minutes: Floats
    gp_minutes_by_kind: Mapping[str, Floats]
    bso_minutes: Floats
    cost_gbp: Floats
    errors: Floats
    undelivered: Floats
    of_practice: Floats
    """GP minutes of each practice: (n, practices)."""
    joins: NDArray[np.bool_]
    """Which practices are ever sent messages: (n, practices)."""


def left_out(scenario: Scenario) -> tuple[str, ...]:
    """What of a scenario the vectorised model does not know; empty where it knows all."""
    known = {
        "practices.differ": not scenario.practices.differences,
        "faults": not (scenario.faults.mesh or scenario.faults.gp),
        "coding.release": scenario.release is None,
        "generation.defects": not scenario.generation.defects,
        "generation.later": not scenario.generation.later,
        "reconciliation": scenario.reconcile_every_days is None,
        "office": not scenario.office.list_unattended,
    }
    return tuple(name for name, is_known in known.items() if not is_known)


def draw_offices(scenario: Scenario, n: int, seed: int) -> Offices:
    """`n` offices like the scenario's, each an average one, as a scenario's single office is."""
    spec = scenario.generation
    at_once = max(1, _ROWS_AT_ONCE // spec.results)
    parts = [_drawn(scenario, min(at_once, n - first), seed, first) for first in range(0, n, at_once)]

    def joined(name: str) -> Any:
        return np.concatenate([getattr(part, name) for part in parts])

    return Offices(
        joined("results"),
        joined("bundles"),
        joined("pages"),
        joined("supplier"),
        joined("list_size"),
        joined("luck"),
        joined("early"),
        seed,
    )


def _drawn(scenario: Scenario, n: int, seed: int, first: int) -> Offices:
    spec, rng = scenario.generation, np.random.default_rng([seed, first])
    size, days = spec.practices, len(spec.emission_days)
    by = spec.calibration
    columns = [draw_practices(rng, size, spec.suppliers, by=by) for _ in range(n)]
    practices = _side_by_side(columns, size)
    share = practices.shares(spec.window, by)[0].reshape(n, size)
    share /= share.sum(axis=1)[:, None]
    of_each = rng.multinomial(spec.results, share)
    practice = np.repeat(np.arange(n * size, dtype=np.int32), of_each.ravel())
    people = people_of(rng, practices, practice, by, spec.window)
    # Each is an average office, as a single one is: what differs between offices is not this scenario's.
    average = replace(practices, office=np.zeros(n * size, np.int16))
    outcome = draw_episodes(rng, average, people, 1, "ntdd", spec.outcome_shares, by).outcome
    emitted = draw_episodes(rng, practices, people, days, spec.invitation, None, by, spec.window).emitted
    results = np.bincount(practice * np.int64(len(OUTCOMES)) + outcome, minlength=n * size * len(OUTCOMES))
    of_day = np.bincount(practice * np.int64(days) + emitted, minlength=n * size * days).reshape(
        n, size, days
    )
    # The cover is as high as a record, and two go on a page.
    each = np.stack([of_day, of_day > 0, np.where(of_day > 0, of_day // 2 + 1, 0)], axis=3)
    before = [sum(day < wave.first for day in spec.emission_days) for wave in scenario.practices.waves]
    early = [each[:, :, :day].sum(axis=2) for day in before]
    return Offices(
        results=results.reshape(n, size, len(OUTCOMES)),
        bundles=each[..., 1].sum(axis=2),
        pages=each[..., 2].sum(axis=2),
        early=np.stack(early, axis=2) if early else np.zeros((n, size, 0, 3), np.int64),
        supplier=practices.supplier.reshape(n, size).astype(np.int64),
        list_size=practices.list_size.reshape(n, size).astype(float),
        luck=rng.random((n, size, 6)),
        seed=seed,
    )


def _side_by_side(columns: list[PracticeColumns], size: int) -> PracticeColumns:
    """Offices drawn one by one as the rows of one table."""
    n = len(columns)
    return PracticeColumns(
        office=np.repeat(np.arange(n), size).astype(np.int16 if n < 32_000 else np.int32),
        locality=np.concatenate([column.locality for column in columns]),
        supplier=np.concatenate([column.supplier for column in columns]),
        supplier_names=columns[0].supplier_names,
        list_size=np.concatenate([column.list_size for column in columns]),
        imd=np.concatenate([column.imd for column in columns]),
        begin=np.concatenate([column.begin for column in columns]),
        length=np.concatenate([column.length for column in columns]),
    )


def evaluate(scenario: Scenario, offices: Offices, values: Values, arm: str) -> ArmColumns:
    """One arm of all offices, where the evidence's figures are `values`: each a number, or one a office.

    Beside the evidence's rows a question may give `ready_share` and `registered_elsewhere` in the place of the
    scenario's own, and `delivered`: the share of coded messages that practices' systems take, all unless it is given.
    """
    return _Arm(scenario, offices, values, arm).figures()


def central(assumptions: Assumptions) -> dict[str, float]:
    """Every figure at its mean: what a run's own counts are made at."""
    return {name: row.mean for name, row in assumptions.items()}


class _Arm:
    """One arm of all offices. Chance is drawn by name, so that another figure leaves all other draws as they were."""

    def __init__(self, scenario: Scenario, offices: Offices, values: Values, arm: str) -> None:
        self.scenario, self.offices, self.arm = scenario, offices, arm
        self.rows = scenario.assumptions
        n = len(offices)
        self.values = {
            name: np.broadcast_to(np.asarray(value, float), (n,)) for name, value in values.items()
        }
        self.idle = self.luck(0) >= self.at("share_worked_today")
        self.joins = np.zeros_like(self.idle)
        self.by_paper = np.stack([offices.count, offices.bundles, offices.pages], axis=2)
        if arm == "coded":
            self._join()

    def _join(self) -> None:
        """Who is sent messages at all, and what each got in the other way, before its wave or for good."""
        plan, offices = self.scenario.practices, self.offices
        size = offices.count.shape[1]
        first = np.arange(size) < np.round(self.given("ready_share", plan.ready_share) * size)
        suppliers = list(self.scenario.generation.suppliers)
        able = np.array([plan.can_be_ready(name) for name in suppliers])
        willing = ~self.idle | (self.luck(1) < self.at("idle_practice_joins"))
        can = first & able[offices.supplier]
        if not plan.waves:
            self.joins = can & willing
            self.by_paper = np.where(self.joins[:, :, None], 0, self.by_paper)
            return
        shares = 0.0
        for number, wave in enumerate(plan.waves):
            before, shares = shares, shares + (wave.share or 0.0)
            of_wave = np.array([not wave.suppliers or name in wave.suppliers for name in suppliers])
            drawn = can & of_wave[offices.supplier]
            if (
                wave.share is not None
            ):  # practices are alike but for their supplier: the first are as good as any
                drawn &= np.cumsum(drawn, axis=1) <= round(shares * size) - round(before * size)
            can &= ~drawn
            if wave.first <= self.scenario.last_day:
                self.joins |= drawn & willing
                early = offices.early[:, :, number]
                self.by_paper = np.where((drawn & willing)[:, :, None], early, self.by_paper)

    def at(self, name: str) -> Floats:
        """A figure beside practices: (n, 1)."""
        return np.asarray(self.values[name][:, None])

    def given(self, name: str, usual: float) -> Any:
        """What a question puts in the place of the scenario's own."""
        return self.at(name) if name in self.values else usual

    def luck(self, which: int) -> Floats:
        return np.asarray(self.offices.luck[:, :, which])

    def chance(self, what: str) -> np.random.Generator:
        return np.random.default_rng([self.offices.seed, zlib.crc32(what.encode())])

    def some(self, what: str, count: Ints, share: Any) -> Ints:
        """How many of `count` something of that share happens to."""
        return np.asarray(self.chance(what).binomial(count, np.clip(share, 0.0, 1.0)))

    def minutes(self, what: str, count: Ints, name: str, less: Any = 0.0) -> Floats:
        """What `count` pieces of work take, each drawn from the spread of row `name` about its mean there."""
        row = self.rows[name]
        mean, scale = np.maximum(0.1, self.at(name) - less), self.at(name) / row.mean
        luck = self.chance(what).standard_normal(count.shape)
        return np.asarray(np.maximum(0.0, count * mean + np.sqrt(count * variance(row)) * scale * luck))

    def figures(self) -> ArmColumns:
        spec, offices = self.scenario.generation, self.offices
        count = offices.count
        by_letter, bundles, pages = (self.by_paper[:, :, part] for part in range(3))
        sent = count - by_letter
        failed = self.some("failed", sent, 1 - self.given("delivered", 1.0))
        posted = self.some("posted after all", failed, self._found_out())
        unsent, by_message = failed - posted, sent - failed
        # What did not get there waits for the office, and goes on paper once somebody has rung.
        bundles, pages = (
            some + _struck(every - some, posted, sent)
            for some, every in ((bundles, offices.bundles), (pages, offices.pages))
        )
        by_letter = by_letter + posted
        elsewhere = self.some(
            "elsewhere", count, self.given("registered_elsewhere", spec.registered_elsewhere)
        )
        by_letter_elsewhere = self.chance("elsewhere by letter").hypergeometric(
            by_letter, by_message + unsent, elsewhere
        )
        by_message_elsewhere = self.chance("elsewhere by message").hypergeometric(
            by_message, unsent, elsewhere - by_letter_elsewhere
        )
        letters = self._letters(by_letter, by_letter_elsewhere)
        messages = self._messages(by_message, by_message_elsewhere)
        jobs = letters["jobs"] + messages["jobs"] + failed
        again = letters["again"]  # put right, and printed again alone
        paper = self.arm == "paper" or (self.arm == "coded" and self.scenario.practices.fallback == _ON_PAPER)
        work = Workload(
            letters_minutes=_sum(letters["minutes"]) if paper else 0.0,
            documents_minutes=0.0 if paper else _sum(letters["minutes"]),
            clinician_review_minutes=_sum(messages["clinician"]),
            coder_review_minutes=_sum(messages["coder"]),
            unmatched_minutes=_sum(messages["unmatched"]),
            rules_minutes=_sum(self.joins * self.at("rules_setup_minutes")),
            posted=_sent(by_letter + again, pages + again, bundles + again) if paper else Sent(),
            emailed=_sent(by_letter + again, pages + again, bundles + again)
            if self.arm == "pdf_email"
            else Sent(),
            intake_batches=_sum(offices.bundles) if self.arm in ("coded", "mesh_pdf") else 0,
            exceptions=_sum(jobs),
            exception_minutes=_sum(self.minutes("exceptions", self._attempts(jobs), "bso_exception_minutes")),
        )
        mean: Any = {name: self.values[name] for name in EFFORT_PRIORS}
        spent = effort(work, mean, mean)
        n = len(offices)
        per_practice = (
            letters["minutes"] + messages["clinician"] + messages["coder"] + messages["unmatched"]
            + self.joins * self.at("rules_setup_minutes")
        )  # fmt: skip
        return ArmColumns(
            gp_minutes=np.asarray(total(spent.gp_minutes)),
            gp_minutes_by_kind={kind: np.broadcast_to(one, (n,)) for kind, one in spent.gp_minutes.items()},
            bso_minutes=np.asarray(total(spent.bso_minutes)),
            cost_gbp=np.asarray(spent.cost_gbp),
            errors=_sum(letters["errors"] + messages["errors"]),
            undelivered=_sum(letters["undelivered"] + messages["undelivered"] + unsent),
            of_practice=np.asarray(per_practice),
            joins=self.joins,
        )

    def _letters(self, count: Ints, elsewhere: Ints) -> dict[str, Floats]:
        """What people type, on paper or from a screen, and what becomes of what they do not."""
        on_paper = self.arm in ("paper", "coded") and not (
            self.arm == "coded" and self.scenario.practices.fallback != _ON_PAPER
        )
        lost = (
            self.some("lost in the post", count, self.at("lost_post")) if on_paper else np.zeros_like(count)
        )
        ignored = np.where(self.idle, count - lost, 0)
        worked = count - lost - ignored
        elsewhere = np.minimum(elsewhere, worked)
        twice = self.some("typed twice", worked, self.at("typed_twice"))
        saved = 0.0 if on_paper else self.at("electronic_saving_minutes")
        trouble = self._trouble()
        here = worked - elsewhere
        missed = self.some("missed", here, trouble * self.at("absent_share"))
        typed = here - missed
        wrong = self._wrong_codes(typed, trouble * (1 - self.at("absent_share")))
        strangers = self.some("wrong person", typed, self.at("wrong_person"))
        doubled = np.minimum(twice, typed - np.minimum(typed, wrong + strangers))
        back = self.some("sent back", elsewhere, self.at("letters_sent_back"))
        found = self.some("found out", back, self._found_out())
        astray = elsewhere - found
        # What was for nobody here is looked at here, and typed where it goes in the end: as fast as here, on average.
        pieces = worked + twice + found
        return {
            "minutes": self.minutes("typing", pieces, "minutes_a_result", saved) * self._speed(),
            "again": found.astype(float),
            "errors": (lost + ignored + missed + wrong + strangers + doubled + astray).astype(float),
            "undelivered": (lost + ignored + missed + astray + strangers).astype(float),
            "jobs": back.astype(float),
        }

    def _wrong_codes(self, typed: Ints, share: Floats) -> Ints:
        """Of what is typed, entries whose code says something that did not happen, or nothing that anybody knows."""
        offices = self.offices
        of_outcome = offices.results / np.maximum(1, offices.count)[:, :, None]
        opposite = self.at("wrong_code_opposite")
        harm = opposite * (of_outcome @ _harm(0)) + (1 - opposite) * (of_outcome @ _harm(1))
        return self.some("wrong code", typed, share * harm)

    def _messages(self, count: Ints, elsewhere: Ints) -> dict[str, Floats]:
        """What practices' systems make of messages, and people of what these put before them."""
        results = self.offices.results * (count / np.maximum(1, self.offices.count))[:, :, None]
        scenario = self.scenario
        clinician, coder, files = _decisions(
            tuple(scenario.generation.suppliers), scenario.code_set, scenario.practices.rules
        )
        supplier = self.offices.supplier
        share = np.clip(1 - elsewhere / np.maximum(1, count), 0, 1)
        of_died = self.scenario.generation.died_since
        to_clinicians = np.round((results * clinician[supplier]).sum(axis=2) * share).astype(np.int64)
        plain = np.round((results * coder[supplier]).sum(axis=2) * share).astype(np.int64)
        plain = plain + self.some(
            "died since", np.round((results * files[supplier]).sum(axis=2)).astype(np.int64), of_died
        )
        reviews = ~self.idle | (self.luck(3) < self.at("idle_practice_reviews"))
        looked_at = np.where(reviews, plain, 0)
        slips = self.some("review slip", to_clinicians + looked_at, self.at("review_slip"))
        queue = np.array([self._queues(name) for name in self.scenario.generation.suppliers])
        compared = np.where(queue[supplier] & reviews, elsewhere, 0)
        settled = self.some("found out", elsewhere, self._found_out())
        left = plain - looked_at
        return {
            "clinician": self.minutes("clinicians", to_clinicians, "clinician_review_minutes"),
            "coder": self.minutes("coders", looked_at, "coder_review_minutes"),
            "unmatched": self.minutes("unmatched", compared, "unmatched_minutes"),
            "errors": slips.astype(float),
            "undelivered": (slips + left + elsewhere - settled).astype(float),
            "jobs": (elsewhere + left).astype(float),
        }

    def _queues(self, supplier: str) -> bool:
        return str(_suppliers()[supplier].matching.unmatched) == "queue"

    def _speed(self) -> Floats:
        row = self.rows["typing_speed_between_practices"]
        return np.asarray(row.draw(self.chance("speed"), self.idle.size).reshape(self.idle.shape) / row.mean)

    def _trouble(self) -> Floats:
        row = self.rows["wrong_or_absent_code"]
        drawn = row.draw(self.chance("trouble"), self.idle.size).reshape(self.idle.shape)
        return np.asarray(np.clip(drawn * self.at("wrong_or_absent_code") / row.mean, 0, 1))

    def _found_out(self) -> Floats:
        """The chance that somebody finds out in three tries."""
        return np.asarray(1 - (1 - self.at("bso_look_up_succeeds")) ** 3)

    def _attempts(self, jobs: Floats) -> Ints:
        """Pieces of work: somebody tries until it is found out, three times at most."""
        succeeds = self.at("bso_look_up_succeeds")
        return np.asarray(np.round(jobs * (1 + (1 - succeeds) + (1 - succeeds) ** 2))).astype(np.int64)


def variance(row: Assumption) -> float:
    """Of what is drawn from a row, piece by piece."""
    width = row.high - row.low
    if row.distribution is Distribution.PERT:
        return (row.mean - row.low) * (row.high - row.mean) / 7
    return width**2 / 12 if row.distribution is Distribution.UNIFORM else 0.0


def _struck(groups: Ints, some: Ints, of: Ints) -> Ints:
    """How many groups (envelopes, pages) have at least one of `some` results, drawn from all that are in them."""
    spared = (1 - some / np.maximum(1, of)) ** (of / np.maximum(1, groups))
    return np.asarray(np.where(some > 0, np.maximum(1, np.round(groups * (1 - spared))), 0)).astype(np.int64)


def _sum(of_practices: Any) -> Any:
    return np.asarray(of_practices).sum(axis=1)


def _sent(results: Any, pages: Any, bundles: Any) -> Sent:
    return Sent(_sum(results), _sum(pages), _sum(bundles))


@cache
def _harm(which: int) -> Floats:
    """By outcome: 1 where the wrong habit of that place misleads or is unclear to the instrument.

    Which codes people take wrongly is the same whatever the evidence says of how often.
    """
    desk = desk_settings(load_assumptions(), practice="", list_size=10_000, seed=0)
    habits = desk["wrong_code_habit"]
    return np.array(
        [
            grade((str((habits.get(outcome) or habits["*"])[which]["code"]),), "", Outcome(outcome))
            in (Grade.MISLEADING, Grade.UNCLEAR)
            for outcome in OUTCOMES
        ],
        float,
    )


@cache
def _suppliers() -> Mapping[str, Supplier]:
    return load_suppliers()


@cache
def _decisions(
    names: tuple[str, ...], code_set: CodeSet, rules: tuple[str, ...]
) -> tuple[Floats, Floats, Floats]:
    """By supplier and outcome, as each system decides: 1 where a clinician, a coder, or nobody looks first."""
    shape = (len(names), len(OUTCOMES))
    clinician, coder, files = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    suppliers = _suppliers()
    coded = {row.outcome: row for row in code_set.rows}
    for at, name in enumerate(names):
        for place, outcome in enumerate(OUTCOMES):
            row = coded[Outcome(outcome)]
            received = Received(
                "", "", "", "", "", date.min, None, "", row.concept.code if row.concept else None,
                "", row.text, "A" if Outcome(outcome).abnormal else None, None,
            )  # fmt: skip
            rule = next(
                (Rule(PracticeOutcome(one)) for one in rules if one == received.outcome),
                None,
            )
            decision = decide(received, Match(Found.KNOWN), rule, suppliers[name])
            if decision.task is None:
                files[at, place] = 1
            elif decision.role is Role.CLINICIAN:
                clinician[at, place] = 1
            else:
                coder[at, place] = 1
    return clinician, coder, files
