"""What an answer means for a result: pure decisions, no I/O.

Two levels of acknowledgement, as in ITK3: the infrastructure's (20001-20013: did the system take the message?)
and the business's (30001-30004: does the practice know the patient, and what became of the result?).
"""

from dataclasses import dataclass
from typing import Final

from pilot.domain.delivery import LEGAL, State
from pilot.messages import Acknowledgement, Disposition, Level, ResponseCode
from pilot.pipeline.entry import Owner, Route
from pilot.pipeline.reasons import Reason

RECEIVED: Final = "20013"
NOT_TAKING: Final = "20010"

_NOT_THEIRS: Final = {
    "30002": Reason.PATIENT_UNKNOWN,
    "30003": Reason.PATIENT_LEFT,
    "30004": Reason.PATIENT_DECEASED,
}


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a result should go next, why, and whose list it is then on."""

    to: State
    reason: Reason
    owner: Owner | None = None


def decide(answer: Acknowledgement, route: str) -> Decision | None:
    """What this acknowledgement calls for; None where it changes nothing yet (a transient error: wait)."""
    if answer.response_code is ResponseCode.TRANSIENT_ERROR:
        return None
    if answer.level is Level.INFRASTRUCTURE:
        return _infrastructure(answer, route)
    return _business(answer)


def _infrastructure(answer: Acknowledgement, route: str) -> Decision | None:
    if answer.itk_code == RECEIVED or answer.duplicate:
        if route == Route.MESH_PDF:
            return Decision(State.WITH_A_PERSON, Reason.PDF_AT_PRACTICE, Owner.PRACTICE)
        return Decision(State.DELIVERED, Reason.RECEIVED_BY_PRACTICE)
    if answer.itk_code == NOT_TAKING:
        return Decision(State.READY, Reason.NOT_TAKING_MESSAGES)
    return Decision(State.WITH_A_PERSON, Reason.REFUSED_BY_PRACTICE, Owner.OFFICE)


def _business(answer: Acknowledgement) -> Decision:
    if answer.disposition is Disposition.FILED and answer.response_code is ResponseCode.OK:
        return Decision(State.FILED, Reason.FILED_AT_PRACTICE)
    if answer.itk_code in _NOT_THEIRS:
        return Decision(State.WITH_A_PERSON, _NOT_THEIRS[answer.itk_code], Owner.OFFICE)
    if answer.disposition is Disposition.AWAITING_REVIEW:
        return Decision(State.WITH_A_PERSON, Reason.PRACTICE_REVIEW, Owner.PRACTICE)
    return Decision(State.WITH_A_PERSON, Reason.REFUSED_BY_PRACTICE, Owner.OFFICE)


def decide_report(code: str) -> Decision:
    """What MESH's own REPORT means: 14 is a message that nobody collected; anything else did not arrive."""
    reason = Reason.NOT_COLLECTED if code == "14" else Reason.REFUSED_BY_MESH
    return Decision(State.WITH_A_PERSON, reason, Owner.OFFICE)


# Where "the practice has it" overtakes our own book-keeping (a lost reply, a kill), the moves that catch up.
_CATCH_UP: Final[dict[State, tuple[State, ...]]] = {
    State.READY: (State.SENDING, State.SENT),
    State.SENDING: (State.SENT,),
}


def path(state: State, decision: Decision, latest: bool) -> tuple[State, ...]:
    """The moves from `state` to where the decision points; empty where the answer comes too late to matter.

    `latest` is whether the answer is to the latest attempt: an older one is heeded only where it says filed.
    A result that is with a person is moved on by an answer only where it says filed.
    """
    to = decision.to
    if to is not State.FILED and (not latest or state in (State.WITH_A_PERSON, State.RECEIVED, State.FILED)):
        return ()
    if to in LEGAL[state]:
        return (to,)
    if to is State.DELIVERED and state in _CATCH_UP:
        return (*_CATCH_UP[state], to)
    return ()
