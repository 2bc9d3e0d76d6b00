"""A person invited for screening, as the office's print names her."""

import re
from dataclasses import dataclass
from datetime import date

from nhs_number.validate import is_valid

_TEN_DIGITS = re.compile(r"[0-9]{10}")


def valid_nhs_number(text: str) -> bool:
    """Ten digits with a right check digit (Modulus 11), spaces already taken out."""
    return _TEN_DIGITS.fullmatch(text) is not None and bool(is_valid(text))


@dataclass(frozen=True, slots=True)
class Participant:
    """Who a result is about. Raises ValueError where the NHS number is not one."""

    nhs_number: str
    surname: str
    forename: str
    title: str
    date_of_birth: date
    address: tuple[str, ...] = ()
    telephone: str | None = None

    def __post_init__(self) -> None:
        if not valid_nhs_number(self.nhs_number):
            raise ValueError("NHS number fails its check digit")

    @property
    def synthetic(self) -> bool:
        """Whether the number is from the range kept for tests (999 000 0000 to 999 999 9999)."""
        return self.nhs_number.startswith("999")
