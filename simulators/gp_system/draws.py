"""Common random numbers: what chance does to one result depends on who and where, never on order or arm."""

from hashlib import shake_128
from struct import Struct
from typing import NamedTuple


class Draws(NamedTuple):
    """One uniform draw, 0 <= u < 1, for each thing chance decides about one result at one practice."""

    lost: float
    minutes: float
    missed: float
    wrong_code: float
    which_wrong_code: float
    wrong_person: float
    which_person: float
    typed_twice: float
    mistyped_date: float
    which_slip: float
    habit: float
    review: float
    unmatched: float
    review_slip: float


_WORDS = Struct(f"<{len(Draws._fields)}Q")
_UNIT = 2.0**-53


def draws_for(seed: int, practice: str, result: str) -> Draws:
    """The draws for one result. `result` names it alike in every arm: screening number and outcome."""
    digest = shake_128(f"{seed}|{practice}|{result}".encode()).digest(_WORDS.size)
    return Draws(*[(word >> 11) * _UNIT for word in _WORDS.unpack(digest)])


def result_name(number: str, outcome: str | None) -> str:
    """The name by which a result draws: screening number (or NHS number, where that is not legible) and outcome."""
    return f"{number}|{outcome or ''}"


_ONE = Struct("<Q")


def uniform(seed: int, practice: str, about: str) -> float:
    """A single uniform draw, 0 <= u < 1, about something that is not a result: a working day, an absence."""
    word: int = _ONE.unpack(shake_128(f"{seed}|{practice}|{about}".encode()).digest(8))[0]
    return (word >> 11) * _UNIT
