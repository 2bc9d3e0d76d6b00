"""ITK3 response codes and what each means (NHS Digital, ITK3 Message Distribution, "Response codes").

Only the codes of docs/interfaces.md: 30004 is from the guidance for generic FHIR receivers, not from ITK3 itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Level(StrEnum):
    """Infrastructure: did the system take the message. Business: did it know the patient."""

    INFRASTRUCTURE = "infrastructure"
    BUSINESS = "business"


@dataclass(frozen=True, slots=True)
class ItkCode:
    """`positive`: the sender has nothing to do for it."""

    level: Level
    positive: bool
    means: str


def _refused(means: str) -> ItkCode:
    return ItkCode(Level.INFRASTRUCTURE, False, means)


ITK_CODES: Mapping[str, ItkCode] = MappingProxyType(
    {
        "20001": _refused("recipient person not recognised"),
        "20002": _refused("recipient organisation not recognised"),
        "20003": _refused("sender not recognised"),
        "20004": _refused("attachment of a type that is not approved"),
        "20005": _refused("attachment of a type that is not supported"),
        "20006": _refused("message header fails validation"),
        "20007": _refused("duplicate message"),
        "20008": _refused("duplicate document"),
        "20009": _refused("payload fails validation"),
        "20010": _refused("this system does not take such messages for that organisation"),
        "20011": _refused("this system does not take such messages for that person"),
        "20012": _refused("sender not authorised"),
        "20013": ItkCode(Level.INFRASTRUCTURE, True, "received"),
        "30001": ItkCode(Level.BUSINESS, True, "patient known here"),
        "30002": ItkCode(Level.BUSINESS, False, "patient not known here"),
        "30003": ItkCode(Level.BUSINESS, False, "patient no longer here"),
        "30004": ItkCode(Level.BUSINESS, True, "patient recently deceased"),
    }
)
