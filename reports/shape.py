"""The parts of figures.json that the report reads, as msgspec checks them. The shape itself: docs/measures.md.

A part that is not named here may be there or not; a figure that could not be measured is null.
"""

from typing import Literal

from msgspec import Struct

Number = int | float
Figure = int | float | None


class Span(Struct, frozen=True):
    value: Figure
    low: Figure
    high: Figure


class Median(Struct, frozen=True):
    median: Figure
    low: Figure
    high: Figure


class Method(Struct, frozen=True):
    text: str
    draws: int
    interval: Number
    seed: int


class Run(Struct, frozen=True):
    scenario: str
    title: str
    office: str
    seed: int
    version: str
    results: int
    practices: int
    simulated_days: int
    first_day: str
    last_day: str
    arms: list[str]
    late_after_days: Number
    assumptions_sha256: str


class Delay(Struct, frozen=True):
    median: Figure
    p95: Figure
    results: int


class Coding(Struct, frozen=True):
    distinct_codes: int
    entries: int
    entropy_bits: Figure
    modal_code: str | None
    modal_share: Figure


class AccountedFor(Struct, frozen=True):
    received: int
    filed: int
    with_a_person: int
    returned: int
    lost: int
    lost_because: dict[str, int]
    arm: str | None = None


class Arm(Struct, frozen=True):
    results: int
    filed: int
    errors: int
    errors_by_kind: dict[str, int]
    missing: int
    missing_unnoticed: int
    wrong_code: int
    wrong_code_same_meaning: int
    wrong_code_text_only: int
    misleading: int
    misleading_as_printed: int
    unclear: int
    wrong_person: int
    wrong_practice: int
    wrong_date: int
    duplicate: int
    late: int
    entries_of_no_result: int
    gp_minutes: Number
    gp_minutes_by_kind: dict[str, Number]
    bso_minutes: Number
    bso_minutes_by_kind: dict[str, Number]
    letters: int
    letters_open: int
    pages: int
    envelopes: int
    letter_cost_gbp: Number
    staff_cost_gbp: Number
    staff_cost_gbp_by_kind: dict[str, Number]
    days_to_record: Delay
    coding: Coding
    practices_coding_alike: int
    uptake_true: Figure
    uptake_recorded: Figure


class Comparison(Struct, frozen=True):
    gp_hours_saved: Span
    bso_hours_saved: Span
    gbp_saved: Span
    errors_avoided: Span
    letters_avoided: Span
    method: Method


class Step(Struct, frozen=True):
    step: str
    note: str
    hours: Number
    gbp: Number


class Headline(Struct, frozen=True):
    hours: Number
    gbp: Number
    letters_gbp: Number
    p_hours_at_least: Number
    p_gbp_at_least: Number
    p_letters_gbp_at_least: Number
    waterfall: list[Step]


class Driver(Struct, frozen=True):
    assumption: str
    rank_correlation: Number
    hours_low: Number
    hours_high: Number


class SilentFailure(Struct, frozen=True):
    p_at_least_one_a_year: Median
    results_of_one_system_a_year: Median


class National(Struct, frozen=True):
    hours: Median
    gbp: Median
    letters_gbp: Median
    practice_minutes_a_week: Median
    silent_failure: SilentFailure
    seed_headline: Headline
    drivers: list[Driver]
    method: Method


class Assumption(Struct, frozen=True):
    name: str
    value: Figure
    low: Figure
    high: Figure
    unit: str
    distribution: str
    source: str
    date: str
    grade: Literal["published", "derived", "judgement"]
    sentence: str
    used_for: list[str]


class PracticeArm(Struct, frozen=True):
    results: int
    filed: int
    missing_unnoticed: int
    errors: int
    gp_minutes: Number
    coding: Coding


class Practice(Struct, frozen=True):
    ods: str
    name: str
    supplier: str
    list_size: int
    results: int
    arms: dict[str, PracticeArm]


class OutcomeRow(Struct, frozen=True):
    arm: str
    outcome: str
    results: int
    filed: int
    filed_right: int
    with_a_person: int
    returned: int
    lost: int


class Group(Struct, frozen=True):
    arm: str
    by: str
    group: str
    results: int
    missing_unnoticed: int
    errors_in_record: int
    late: int
    median_days: Figure
    uptake_true: Figure


class Shape(Struct, frozen=True):
    format: Literal["figures/1"]
    run: Run
    arms: dict[str, Arm]
    comparisons: dict[str, Comparison]
    accounted_for: AccountedFor | None
    national: National | None
    assumptions: list[Assumption]
    practices: list[Practice]
    outcomes: list[OutcomeRow]
    equality: list[Group] = []
    example: bool = False
