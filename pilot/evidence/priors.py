"""Which figures each part of the simulated world is drawn by; figures.json lists them as used there."""

from typing import Final

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

# When practices' systems act on a simulated day.
DAY_PRIORS: Final = ("practice_collects_first", "practice_collects_last")

# Arms in which a result reaches the desk as an electronic document rather than on paper.
ELECTRONIC_ARMS: Final = frozenset({"pdf_email", "mesh_pdf"})
