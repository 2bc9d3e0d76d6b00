"""Which figures each part of the simulated world is drawn by; figures.json lists them as used there."""

from dataclasses import dataclass
from datetime import time
from itertools import pairwise
from typing import Final

from pilot.errors import EvidenceError
from pilot.evidence.loader import Assumptions

# What one practice's desk works by.
DESK_PRIORS: Final = (
    "minutes_a_result",
    "typing_speed_between_practices",
    "electronic_saving_minutes",
    "share_worked_today",
    "idle_practice_reviews",
    "wrong_or_absent_code",
    "absent_share",
    "wrong_code_opposite",
    "longest_desk_shift_minutes",
    "keying_error_a_field",
    "wrong_person",
    "typed_twice",
    "lost_post",
    "second_normal_code",
    "usual_code_share",
    "background_mail_a_day",
    "background_minutes",
    "backlog_days",
    "desk_margin",
    "absence",
    "clinician_desk_minutes_a_day",
    "clinician_review_minutes",
    "coder_review_minutes",
    "review_slip",
    "unmatched_minutes",
    "rules_setup_minutes",
    "mean_list_size",
)

# What the office's people work by: their list, and their eyes.
OFFICE_PRIORS: Final = (
    "bso_list_minutes_a_day",
    "bso_exception_minutes",
    "bso_look_up_succeeds",
    "bso_slip",
    "bso_check_finds",
    "letters_sent_back",
)

# The hours of a simulated day, in their order.
DAY_PRIORS: Final = (
    "office_opens",
    "practice_collects_first",
    "practice_collects_last",
    "office_looks_again",
    "day_ends",
)


@dataclass(frozen=True, slots=True)
class Hours:
    """A simulated day: the office sends, practices' systems collect, the office looks again, desks stop."""

    office_opens: time
    practices_collect: tuple[time, time]
    office_looks_again: time
    day_ends: time

    @classmethod
    def of(cls, assumptions: Assumptions) -> "Hours":
        """By the evidence's figures. Raises EvidenceError naming the row that is no hour, or comes too early."""
        hours = [assumptions[name].value for name in DAY_PRIORS]
        for name, hour in zip(DAY_PRIORS, hours, strict=True):
            if not 0 <= hour < 24:
                raise EvidenceError(f"{hour:g} is no hour of the day", f"[{name}]", "Give 0 to 23.99")
        for (before, one), (name, other) in pairwise(zip(DAY_PRIORS, hours, strict=True)):
            if other < one:
                what = f"The hour {other:g} is before that of {before}, {one:g}"
                raise EvidenceError(what, f"[{name}]", f"Give {one:g} or later, or change {before} too")
        opens, first, last, looks, ends = (time(int(hour), int(hour % 1 * 60)) for hour in hours)
        return cls(opens, (first, last), looks, ends)
