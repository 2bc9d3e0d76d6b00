"""Who sends and who receives."""

import re
from dataclasses import dataclass

_ODS = re.compile(r"[A-Z0-9]{3,10}")


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation by its ODS code. Raises ValueError where the code is not of that form."""

    ods: str
    name: str

    def __post_init__(self) -> None:
        if _ODS.fullmatch(self.ods) is None:
            raise ValueError(f"{self.ods!r} is not an ODS code")
        if not self.name.strip():
            raise ValueError(f"the organisation {self.ods} has no name")
