"""Every way an episode closes, and what became of each invitation on which day: numpy columns beside the participants.

The wordings of `normal`, `did_not_attend` and `recall_for_assessment` are those of the published sample
reports; the others are invented, since no real print of them is public (docs/interfaces.md, section 1).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from generators import calibration as cal
from generators.calibration import Calibration
from generators.people.population import (
    ETHNICITIES,
    HISTORIES,
    REFERRED,
    Column,
    ParticipantColumns,
    PracticeColumns,
    pick,
)


@dataclass(frozen=True, slots=True)
class Closing:
    """One outcome. `dated` is the label before the date of imaging, "" where the print gives none.

    `opinion` is a screened outcome's opinion; `because` is why somebody was not screened.
    """

    outcome: str
    headline: str
    end_code: str
    reason_closed: str
    final_action: str
    dated: str = ""
    opinion: str = ""
    because: str = ""

    @property
    def screened(self) -> bool:
        return bool(self.opinion)


_NOT = "NOT SCREENED"

CLOSINGS: dict[str, Closing] = {
    closing.outcome: closing
    for closing in (
        Closing(
            "normal", "SCREENED - ROUTINE RECALL", "SC", "R", "RR",
            dated="Screened on", opinion="No significant radiological abnormality",
        ),
        Closing("did_not_attend", _NOT, "DNA", "NA", "", because="DNA any screening session"),
        Closing(
            "technical_recall", "SCREENED - TECHNICAL RECALL", "SC", "TR", "EC",
            dated="Mammography on", opinion="Technically inadequate, images to be repeated",
        ),
        Closing(
            "recall_for_assessment", "SCREENED - WILL BE INVITED FOR FURTHER ATTENTION", "SC", "", "FP",
            dated="Mammography on", opinion="Abnormality present on imaging, uncertain",
        ),
        Closing("declined", _NOT, "PC", "DD", "", because="Declined invitation"),
        Closing("moved", _NOT, "WM", "MV", "", because="Moved out of area"),
        Closing("died", _NOT, "WD", "DE", "", because="Deceased"),
        Closing("under_care_elsewhere", _NOT, "WB", "CT", "", because="Under care of symptomatic service"),
        Closing("not_eligible", _NOT, "WC", "BS", "", because="Bilateral mastectomy"),
        Closing("attended_not_screened", _NOT, "PC", "NS", "", because="Attended, not screened"),
        Closing(
            "partial_mammography", "SCREENED - PARTIAL MAMMOGRAPHY", "SC", "PM", "RR",
            dated="Mammography on", opinion="Imaging incomplete, no significant abnormality in views taken",
        ),
        Closing(
            "assessed_benign", "SCREENED - ASSESSED, BENIGN", "SC", "AB", "RR",
            dated="Mammography on", opinion="Assessed, benign",
        ),
        Closing(
            "assessed_cancer", "SCREENED - ASSESSED, CANCER", "SC", "AC", "MT",
            dated="Mammography on", opinion="Assessed, cancer diagnosed",
        ),
        Closing(
            "short_term_recall", "SCREENED - ASSESSED, SHORT TERM RECALL", "SC", "AS", "EC",
            dated="Mammography on", opinion="Assessed, to be seen again in a year",
        ),
        Closing(
            "referred_for_treatment", "SCREENED - ASSESSED, REFERRED FOR TREATMENT", "SC", "AT", "MT",
            dated="Mammography on", opinion="Assessed, to be treated",
        ),
    )
}  # fmt: skip

OUTCOMES: tuple[str, ...] = tuple(CLOSINGS)
"""The order is the code of an outcome in every numpy column."""

CODE: dict[str, int] = {outcome: code for code, outcome in enumerate(OUTCOMES)}


SCREENED = np.array([CLOSINGS[outcome].screened for outcome in OUTCOMES])
ATTENDED = SCREENED | np.array([outcome == "attended_not_screened" for outcome in OUTCOMES])


@dataclass(frozen=True, slots=True)
class EpisodeColumns:
    """One row an episode, beside the participants' rows.

    `outcome` is a position in OUTCOMES; `emitted` a position among the emission days; `seen` how many days
    before that she was seen, or should have been; `invited` how many days before *that* she was invited.
    """

    outcome: Column
    emitted: Column
    seen: Column
    invited: Column

    def __len__(self) -> int:
        return len(self.outcome)


def draw_episodes(
    rng: np.random.Generator,
    practices: PracticeColumns,
    people: ParticipantColumns,
    days: int,
    invitation: str = "round",
    outcome_shares: Mapping[str, float] | None = None,
    by: Calibration = cal.USUAL,
    window: float = 1.0,
) -> EpisodeColumns:
    """`days` is the number of emission days; `invitation` is `round` (RI/SP) or `ntdd`. `window` is as the people were
    drawn by: how much of the round the days are."""
    outcome = _outcomes(rng, practices, people, by)
    if outcome_shares:
        outcome = _with_shares(rng, outcome, outcome_shares)
    late = ~ATTENDED[outcome]
    count = len(people)
    return EpisodeColumns(
        outcome=outcome,
        emitted=_days_by_round(rng, practices, people, days, window) if invitation == "round"
        else rng.integers(0, days, count).astype(np.int16),
        seen=np.where(
            late,
            rng.integers(*by[cal.DAYS_MISSED_TO_PRINT], count, endpoint=True),
            rng.integers(*by[cal.DAYS_SCREEN_TO_PRINT], count, endpoint=True),
        ).astype(np.int16),
        invited=rng.integers(*by[cal.DAYS_INVITED_BEFORE], count, endpoint=True).astype(np.int16),
    )  # fmt: skip


def _outcomes(
    rng: np.random.Generator, practices: PracticeColumns, people: ParticipantColumns, by: Calibration
) -> Column:
    """Closed before screening, or not attended, or attended and then one of the outcomes of imaging."""
    count = len(people)
    office = practices.office[people.practice]
    offices = int(practices.office.max()) + 1
    attends = rng.random(count) < _uptake(rng, people, office, offices, by)
    outcome = np.full(count, CODE["normal"], np.int8)
    u = rng.random(count)
    outcome[u < by[cal.TECHNICAL_RECALL]] = CODE["technical_recall"]
    outcome[u > 1 - by[cal.PARTIAL_MAMMOGRAPHY]] = CODE["partial_mammography"]
    outcome[rng.random(count) < _recall(rng, people, office, offices, by)] = CODE["recall_for_assessment"]
    outcome[rng.random(count) < by[cal.ATTENDED_NOT_SCREENED]] = CODE["attended_not_screened"]

    missed = np.where(rng.random(count) < by[cal.DECLINED], CODE["declined"], CODE["did_not_attend"])
    outcome = np.where(attends, outcome, missed).astype(np.int8)

    closed = by[cal.CLOSED_BEFORE_SCREENING]
    early = (rng.random(count) < sum(closed.values())) & (people.history != REFERRED)
    kinds = np.array([CODE[name] for name in closed], np.int8)
    outcome[early] = kinds[pick(rng, list(closed.values()), int(early.sum()))]
    return outcome


def _uptake(
    rng: np.random.Generator, people: ParticipantColumns, office: Column, offices: int, by: Calibration
) -> Column:
    """Chance to attend: by history, moved by deprivation, ethnicity and office. The referred all attend."""
    between = rng.normal(0, by[cal.UPTAKE_BETWEEN_OFFICES_LOGIT_SD], offices) if offices > 1 else np.zeros(1)
    base, ethnic = _uptake_logits(by)
    deprivation = deprivation_logit(by) * (people.imd - 3.0)
    logit = np.append(base, np.inf)[people.history] + deprivation + ethnic[people.ethnicity] + between[office]
    return np.asarray(1 / (1 + np.exp(-logit)))


def _uptake_logits(by: Calibration) -> tuple[Column, Column]:
    """By history and by ethnic group. The groups' are about their mean, so that the published uptake by history still
    comes out."""
    base = np.array([_logit(by[cal.UPTAKE][name]) for name in HISTORIES[:REFERRED]])
    ethnic = np.array([by[cal.UPTAKE_LOGIT_BY_ETHNICITY][name] for name in ETHNICITIES])
    return base, ethnic - ethnic @ np.array(list(by[cal.ETHNICITY].values()))


def deprivation_logit(by: Calibration) -> float:
    """How much the logit of uptake rises a quintile towards least deprived, among people alike in all else.

    It is such that of all who are invited the odds of the most deprived fifth, over those of the least, are as
    published: odds of a mixed group lie nearer to each other than those of each part of it.
    """
    base, ethnic = _uptake_logits(by)
    logits = base[:, None] + ethnic[None, :]
    shares = np.outer(list(by[cal.HISTORY].values()), list(by[cal.ETHNICITY].values()))

    def odds(quintile: int, slope: float) -> float:
        attends = float((shares / (1 + np.exp(-logits - slope * (quintile - 3)))).sum() / shares.sum())
        return attends / (1 - attends)

    low, high = -2.0, 2.0
    while high - low > 1e-9:
        slope = (low + high) / 2
        if odds(1, slope) / odds(5, slope) > by[cal.UPTAKE_ODDS_MOST_DEPRIVED]:
            low = slope
        else:
            high = slope
    return (low + high) / 2


def _recall(
    rng: np.random.Generator, people: ParticipantColumns, office: Column, offices: int, by: Calibration
) -> Column:
    base = np.array([by[cal.RECALL][name] for name in HISTORIES])
    cv = by[cal.RECALL_BETWEEN_OFFICES_CV]
    # One office is an average office: a scenario of its own must not hinge on one draw.
    between = rng.lognormal(-(cv**2) / 2, cv, offices) if offices > 1 else np.ones(1)
    return np.asarray(base[people.history] * between[office])


def _with_shares(rng: np.random.Generator, outcome: Column, shares: Mapping[str, float]) -> Column:
    """The named outcomes as often as asked; the others keep their proportions among what is left."""
    named = np.array([CODE[name] for name in shares], np.int8)
    others = outcome[~np.isin(outcome, named)]
    if not len(others):
        others = np.array([CODE["normal"]], np.int8)
    which = pick(rng, [*shares.values(), max(0.0, 1 - sum(shares.values()))], len(outcome))
    drawn = np.append(named, np.int8(0))[which]
    return np.where(which < len(named), drawn, rng.choice(others, len(outcome))).astype(np.int8)


def _days_by_round(
    rng: np.random.Generator,
    practices: PracticeColumns,
    people: ParticipantColumns,
    days: int,
    window: float,
) -> Column:
    """RI/SP: an office's practices take turns, each as long as its list asks; beside them a monthly failsafe, and
    referrals on any day."""
    begun, left = (overlap[people.practice] for overlap in practices.overlaps(window))
    into = rng.random(len(people)) * (begun + left)
    at = np.where(into < begun, practices.begin[people.practice] + into, into - begun)
    emitted = np.minimum(at / window * days, days - 1)
    months = np.arange(0, days, 21)
    steady = np.where(
        people.history == REFERRED,
        rng.integers(0, days, len(people)),
        months[rng.integers(0, len(months), len(people))],
    )
    return np.where(people.in_turn, emitted, steady).astype(np.int16)


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))
