"""The practice that the brief tells of: 20,000 patients, just over 1,000 eligible, not coded months after November.

Published are 300 letters a day at one practice (NHS prevention services design history, 2025-06) and, at a network
elsewhere, a backlog of three weeks (2025-03). The minutes a letter are a judgement (the evidence file's mean), and
the desk has as many minutes as its mail needs: what is done last is hardly done at all.
"""

from collections.abc import Callable
from typing import Any

from tests.simulators.gp_system.gp_world import GpSystems, desk, letter, practice

RESULTS = 1_050
MINUTES_A_LETTER = 1.4
MINUTES_A_DAY = 300 * MINUTES_A_LETTER
BACKLOG = 15 * MINUTES_A_DAY


def briefs_desk(order: str) -> dict[str, Any]:
    ends = round(9 * 60 + MINUTES_A_DAY)
    coder = {
        "role": "coder",
        "starts": "09:00",
        "ends": f"{ends // 60:02}:{ends % 60:02}",
        "absence_rate": 0.0,
    }
    clinician = {"role": "clinician", "starts": "12:00", "ends": "13:00", "absence_rate": 0.0}
    exactly = {"low": MINUTES_A_LETTER, "mode": MINUTES_A_LETTER, "high": MINUTES_A_LETTER}
    return desk(
        staff=[coder, clinician],
        pile_order=order,
        background_mail_per_day=300,
        background_minutes=exactly,
        backlog_minutes=BACKLOG,
        minutes_per_letter={"low": 0.9, "mode": 2.5, "high": 4.0},
    )


def november(gp: Callable[..., GpSystems], order: str) -> GpSystems:
    """The whole practice is screened in November; its results come with the post of every working day."""
    here = gp(practice(list_size=20_000, ready=False, rules=[], desk=briefs_desk(order)))
    days = [f"2026-11-{day:02}" for day in range(3, 28) if day not in (7, 8, 14, 15, 21, 22)]
    here.post(*(_result(number, days[number * len(days) // RESULTS]) for number in range(RESULTS)))
    return here


def _result(number: int, day: str) -> dict[str, Any]:
    lines = [line.replace("KXX000000", f"KXX{number:06}") for line in letter(0)["lines"]]
    return letter(0, page=number + 1, lines=lines, arrives_on=day)


def test_results_that_come_after_other_mail_are_not_through_months_later(
    gp: Callable[..., GpSystems],
) -> None:
    here = november(gp, "results_last")
    here.at("2027-02-26T18:00", "work")
    counts = here.counts()
    assert counts["letters_arrived"] == RESULTS
    assert counts["letters_open"] > RESULTS / 2


def test_in_their_turn_they_wait_as_long_as_the_work_before_them(gp: Callable[..., GpSystems]) -> None:
    """Backlog, twenty days of mail and the results themselves fill 41 working days from 2 November: to 28 December."""
    here = november(gp, "first_in_first_out")
    here.at("2027-02-26T18:00", "work")
    done = [entry["issued"][:10] for entry in here.observations(_count="2000")]
    assert len(done) == RESULTS
    assert done[0] >= "2026-11-23", "the backlog alone takes fifteen working days"
    work = BACKLOG + 20 * 300 * MINUTES_A_LETTER + RESULTS * (0.9 + 4 * 2.5 + 4.0) / 6
    assert round(work / MINUTES_A_DAY) == 41
    assert "2026-12-24" <= done[-1] <= "2026-12-30", "28 December, but for what chance adds to the mail"
