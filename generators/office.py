"""A breast screening office."""

import re
from dataclasses import dataclass

from generators.errors import SpecError

_CODE = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Office:
    """Invented: neither name nor code (three capitals) may be a real office's. The name is printed in capitals."""

    name: str
    code: str
    address: tuple[str, ...]
    telephone: str

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > 40:
            raise SpecError("office.name", "must have 1 to 40 characters", "Shorten it to what fits a print.")
        if not _CODE.fullmatch(self.code):
            raise SpecError("office.code", f"{self.code!r} is not three capitals", 'Write e.g. code = "KXX".')
        if not 1 <= len(self.address) <= 5:
            raise SpecError("office.address", "must have 1 to 5 lines", "Give a list of lines.")
