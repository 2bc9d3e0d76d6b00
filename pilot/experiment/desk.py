"""The working numbers of one practice's desk, from the evidence: values only, in the words of docs/gp-system.md."""

import math
import zlib
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np

from pilot.evidence import ELECTRONIC_ARMS, Assumption, Assumptions

_OPENS = time(9, 0)
_CLINICIAN_STARTS = time(12, 30)

Habit = dict[str, list[dict[str, Any]]]

# Concepts seen in practices' records (design history 2026-04 and public code lists); None: text alone.
_NORMAL = ("171175005", "Breast neoplasm screening normal")
_NORMAL_TOO = ("168749009", "Mammography normal")
_ABNORMAL = ("171176006", "Breast neoplasm screening abnormal")
_ABNORMAL_TOO = ("168750009", "Mammography abnormal")
_SCREENED = ("268547008", "Screening for malignant neoplasm of breast")
_ABSENT = ("281399006", "Did not attend")


def _in_words(outcome: str) -> tuple[None, str]:
    """An entry of text alone, as people type one."""
    return None, f"Breast screening: {outcome.replace('_', ' ')}"


_USUAL: dict[str, tuple[tuple[str | None, str], tuple[str | None, str]]] = {
    "recall_for_assessment": (_ABNORMAL, _ABNORMAL_TOO),
    "did_not_attend": (_ABSENT, _in_words("did_not_attend")),
    "declined": (("12275351000119103", "Breast cancer screening declined"), _in_words("declined")),
    "not_eligible": (("27865001", "Bilateral mastectomy"), _in_words("not_eligible")),
    "attended_not_screened": (
        _in_words("attended_not_screened"),
        ("473396004", "Attended breast screening clinic"),
    ),
}
_TEXT_ONLY = ("technical_recall", "partial_mammography", "moved", "died", "under_care_elsewhere")


def desk_settings(
    assumptions: Assumptions,
    *,
    practice: str,
    list_size: int,
    arm: str,
    seed: int,
    closed_on: Iterable[date] = (),
) -> dict[str, Any]:
    """The `desk` object of one line of practices.jsonl (keys and units: docs/gp-system.md).

    What differs between practices (habit, backlog, error rate, whether results are worked at all) is drawn
    from the evidence by `seed` and `practice` alone, so that the same practice is the same in every arm.
    """
    rng = np.random.default_rng([seed, zlib.crc32(practice.encode())])
    # Drawn in one fixed order, so that no later change of one setting moves another.
    never_done = bool(rng.random() >= assumptions["share_worked_today"].mean)
    code_trouble = _one(assumptions, "wrong_or_absent_code", rng)
    backlog_days = _one(assumptions, "backlog_days", rng)
    margin = _one(assumptions, "desk_margin", rng)
    mail = _one(assumptions, "background_mail_a_day", rng) * list_size / assumptions["mean_list_size"].value
    second_code = bool(rng.random() < assumptions["second_normal_code"].mean)
    usual_share = _one(assumptions, "usual_code_share", rng)
    speed = _one(assumptions, "typing_speed_between_practices", rng)
    speed /= assumptions[
        "typing_speed_between_practices"
    ].mean  # the mean over practices stays the evidence's
    reviews = bool(rng.random() < assumptions["idle_practice_reviews"].mean)

    absence = assumptions["absence"].mean
    mail_minutes = mail * assumptions["background_minutes"].mean
    clinician = (
        assumptions["clinician_desk_minutes_a_day"].mean * list_size / assumptions["mean_list_size"].value
    )
    longest = assumptions["longest_desk_shift_minutes"].value
    absent = assumptions["absent_share"].mean
    unmatched = assumptions["unmatched_minutes"]
    saved = assumptions["electronic_saving_minutes"].mean if arm in ELECTRONIC_ARMS else 0.0
    return {
        "seed": seed,
        "opens_on": [1, 2, 3, 4, 5],
        "closed_on": [day.isoformat() for day in sorted(closed_on)],
        "post_opened_at": "09:30",
        "staff": _shifts("coder", _OPENS, mail_minutes * margin / (1 - absence), absence, longest)
        + _shifts("clinician", _CLINICIAN_STARTS, clinician, absence, longest),
        "pile_order": "first_in_first_out",
        "background_mail_per_day": round(mail, 2),
        "background_minutes": _spread(assumptions["background_minutes"]),
        "backlog_minutes": round(backlog_days * mail_minutes, 1),
        "minutes_per_result": _spread(assumptions["minutes_a_result"], less=saved, times=speed),
        "lost_in_post_rate": 0.0 if arm in ELECTRONIC_ARMS else assumptions["lost_post"].mean,
        "never_done": never_done,
        "reviews_messages": reviews or not never_done,
        "missed_rate": code_trouble * absent,
        "wrong_code_rate": code_trouble * (1 - absent),
        "wrong_person_rate": assumptions["wrong_person"].mean,
        "typed_twice_rate": assumptions["typed_twice"].mean,
        "keying_error_rate": assumptions["keying_error_a_field"].mean,
        "coding_habit": _coding_habit(second_code, usual_share),
        "wrong_code_habit": _wrong_code_habit(assumptions["wrong_code_opposite"].mean),
        "review_minutes": _spread(assumptions["coder_review_minutes"]),
        "clinician_review_minutes": _spread(assumptions["clinician_review_minutes"]),
        "review_slip_rate": assumptions["review_slip"].mean,
        "unmatched_minutes": {"low": unmatched.low, "high": unmatched.high},
        "rules_setup_minutes": round(assumptions["rules_setup_minutes"].mean, 4),
    }


def _one(assumptions: Assumptions, name: str, rng: np.random.Generator) -> float:
    return float(assumptions[name].draw(rng, 1)[0])


def _spread(assumption: Assumption, less: float = 0.0, times: float = 1.0) -> dict[str, float]:
    """A PERT's three points, each `less` minutes shorter but never under a tenth of a minute, `times` as long."""
    points = {"low": assumption.low, "mode": assumption.value, "high": assumption.high}
    return {name: round(max(0.1, minutes - less) * times, 4) for name, minutes in points.items()}


def joins(assumptions: Assumptions, *, practice: str, seed: int, never_done: bool) -> bool:
    """Whether a practice that could take messages does: one that does nothing on paper joins as the evidence says."""
    drawn = np.random.default_rng([seed, zlib.crc32(f"joins|{practice}".encode())]).random()
    return not never_done or bool(drawn < assumptions["idle_practice_joins"].mean)


def _shifts(role: str, starts: time, minutes: float, absence: float, longest: float) -> list[dict[str, Any]]:
    """Enough people of one role for so many minutes a day, none for longer than the `longest` shift."""
    people = max(1, math.ceil(minutes / longest))
    ends = datetime.combine(date.min, starts) + timedelta(minutes=max(1, round(minutes / people)))
    person = {"role": role, "starts": f"{starts:%H:%M}", "ends": f"{ends:%H:%M}", "absence_rate": absence}
    return [dict(person) for _ in range(people)]


def _coding_habit(second_code: bool, usual_share: float) -> Habit:
    normal = (_NORMAL_TOO, _NORMAL) if second_code else (_NORMAL, _NORMAL_TOO)
    habit = {outcome: _two(usual, other, usual_share) for outcome, (usual, other) in _USUAL.items()}
    habit["normal"] = _two(*normal, usual_share)
    return habit | {outcome: [_concept(*_in_words(outcome), 1.0)] for outcome in _TEXT_ONLY}


def _wrong_code_habit(opposite: float) -> Habit:
    """What a wrong code turns out to be: abnormal for mere attendance, the procedure instead of its result."""
    return {
        "normal": [_concept(*_ABNORMAL, opposite), _concept(*_SCREENED, 1 - opposite)],
        "recall_for_assessment": [_concept(*_NORMAL, opposite), _concept(*_SCREENED, 1 - opposite)],
        "*": [_concept(*_NORMAL, opposite), _concept(*_SCREENED, 1 - opposite)],
    }


def _two(
    usual: tuple[str | None, str], other: tuple[str | None, str], usual_share: float
) -> list[dict[str, Any]]:
    share = round(usual_share, 4)
    other_too = [_concept(*other, 1 - share)] if share < 1 else []
    return [_concept(*usual, share), *other_too]


def _concept(code: str | None, term: str, weight: float) -> dict[str, Any]:
    return {"code": code, "term": term, "weight": round(weight, 4)}
