"""What can be switched on to go wrong at a practice: faults are data, drawn by seed, set through /admin/faults."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import NAMESPACE_URL, uuid5

import msgspec

from simulators.gp_system.desk.settings import uniform
from simulators.gp_system.receiving.payload import Acknowledgement

EVERY_PRACTICE = "*"


class FaultKind(StrEnum):
    """What can go wrong at a practice; docs/gp-system.md says more of each."""

    DOWN = "down"  # does not poll
    SLOW = "slow"  # answers only `minutes` later
    REJECTS_ALL = "rejects_all"  # refuses every result with 20001
    WRONG_ACKNOWLEDGEMENTS = "wrong_acknowledgements"  # answers a message that nobody sent
    ACKNOWLEDGES_TWICE = "acknowledges_twice"
    NEVER_ACKNOWLEDGES = "never_acknowledges"
    FORGETS_TO_ACKNOWLEDGE = "forgets_to_acknowledge"  # says it arrived, files it, and says no more
    FALSE_MATCH = (
        "false_match"  # takes somebody else of this practice for her: a namesake, else the next in the list
    )
    FILES_NOTHING = "files_nothing"  # says "filed" of what its rules take, and files nothing


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One fault. `practice`: an ODS code, or `*`. `probability` is a message's (for `down`, a poll's)."""

    practice: str
    kind: FaultKind
    probability: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0
    minutes: Annotated[float, msgspec.Meta(ge=0)] = 60.0
    first: date = date.min
    last: date = date.max


def active(faults: Iterable[Fault], practice: str, about: str, seed: int, now: datetime) -> list[Fault]:
    """The faults that strike this practice now, for the message or poll named `about`."""
    return [
        fault
        for fault in faults
        if fault.practice in (practice, EVERY_PRACTICE)
        and fault.first <= now.date() <= fault.last
        and uniform(seed, practice, f"fault|{fault.kind}|{about}") < fault.probability
    ]


def delay(faults: Iterable[Fault]) -> timedelta:
    """How much later than it could a slow practice answers."""
    return timedelta(minutes=sum(fault.minutes for fault in faults if fault.kind is FaultKind.SLOW))


def distort(answers: Sequence[Acknowledgement], faults: Iterable[Fault]) -> list[Acknowledgement]:
    """What the practice really answers, given what strikes it."""
    said = list(answers)
    for fault in faults:
        match fault.kind:
            case FaultKind.NEVER_ACKNOWLEDGES:
                said = []
            case FaultKind.FORGETS_TO_ACKNOWLEDGE:
                said = [answer for answer in said if answer.disposition is None]
            case FaultKind.WRONG_ACKNOWLEDGEMENTS:
                said = [replace(a, answers=str(uuid5(NAMESPACE_URL, f"not:{a.answers}"))) for a in said]
            case FaultKind.ACKNOWLEDGES_TWICE:
                said = said + said
            case (
                FaultKind.DOWN
                | FaultKind.SLOW
                | FaultKind.REJECTS_ALL
                | FaultKind.FILES_NOTHING
                | FaultKind.FALSE_MATCH
            ):
                pass  # these act where mail is fetched or decided on
    return said
