"""How numbers, times and the machine's words are said to a person."""

from typing import Final

ARMS: Final = {
    "paper": "Paper",
    "pdf_email": "PDF by e-mail",
    "mesh_pdf": "PDF through MESH",
    "coded": "Coded",
}


def arm_name(arm: str) -> str:
    """An arm as a person reads it."""
    return ARMS.get(arm, arm.replace("_", " ").capitalize())


def whole(number: float) -> str:
    """1234.4 as 1,234."""
    return f"{number:,.0f}"


def tenth(number: float) -> str:
    """1234.44 as 1,234.4."""
    return f"{number:,.1f}"


def plural(number: int, one: str, many: str = "") -> str:
    """3, "result" as 3 results."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
