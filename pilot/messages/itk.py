"""ITK3 response codes and what each says (UK Core's published code system, `UKCore-ITKResponseCode` 1.0.0).

Three words stand beside them for answers that give FHIR's own response code and none of ITK3's.
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
    """`positive`: FHIR's response code beside it is `ok`; None where it may be either."""

    level: Level
    positive: bool | None
    means: str


def _refused(means: str) -> ItkCode:
    return ItkCode(Level.INFRASTRUCTURE, False, means)


ITK_CODES: Mapping[str, ItkCode] = MappingProxyType(
    {
        "10001": _refused("handling instructions not understood"),
        "10002": _refused("asks for a technical answer in a way that is not understood"),
        "10003": _refused("asks for a business answer in a way that is not understood"),
        "10004": _refused("message definition not understood"),
        "10005": _refused("version of the message definition not understood"),
        "10007": _refused("sender's reference not understood"),
        "10008": _refused("handling instructions break a rule"),
        "10009": _refused("message cannot be read"),
        "10010": _refused("type of recipient not understood"),
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
        "20014": _refused("cannot replace the earlier document"),
        "20015": _refused("message too large"),
        "30001": ItkCode(Level.BUSINESS, True, "patient known here"),
        "30002": ItkCode(Level.BUSINESS, False, "patient not known here"),
        "30003": ItkCode(Level.BUSINESS, False, "patient no longer here"),
        "30004": ItkCode(Level.BUSINESS, None, "patient recently deceased"),
    }
)

# What an answer without an ITK3 code says: FHIR's response code alone.
PLAIN_ANSWERS: Mapping[str, ItkCode] = MappingProxyType(
    {
        "ok": ItkCode(Level.INFRASTRUCTURE, True, "received"),
        "transient-error": _refused("cannot take it just now"),
        "fatal-error": _refused("refused without a code"),
    }
)
