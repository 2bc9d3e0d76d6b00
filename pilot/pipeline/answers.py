"""What an answer does to a result: pure decisions from one table, `answers.toml`.

An answer never goes without a visible effect: it moves the result, puts it before a person, puts a line of its own
on the office's list, or, where it says no more than is known, stands in the result's history.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from pilot.domain.delivery import LEGAL, State
from pilot.messages import PAYLOADS, Acknowledgement
from pilot.pipeline.entry import Owner
from pilot.pipeline.reasons import Reason, Why


class Standing(StrEnum):
    """Where a result stands, as far as answers care; `answers.toml` says what each is."""

    WAITING = "waiting"
    TURNED = "turned"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    REVIEW = "review"
    PAGE = "page"
    PAPER = "paper"
    OFFICE = "office"
    DENIED = "denied"
    DECEASED = "deceased"
    FILED = "filed"
    RETURNED = "returned"


class Order(StrEnum):
    """What came before an answer. `FIRST`: nothing that matters."""

    FIRST = "first"
    DOUBLED = "doubled"
    EARLIER = "earlier"
    CHANGED = "changed"
    AFTER_NO = "after_no"


class Effect(StrEnum):
    """What is done where the result itself does not move."""

    NOTE = "note"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Move:
    """Where a result goes, why, and whose list it is then on (nobody's: empty)."""

    to: State
    reason: Reason
    owner: Owner | None


# Reasons that are the practice's no, or a contradiction that a person must clear up.
_DENIALS = frozenset(
    {
        Reason.REFUSED_BY_PRACTICE,
        Reason.PATIENT_UNKNOWN,
        Reason.PATIENT_LEFT,
        Reason.ANSWERS_CONTRADICT,
        Reason.ANSWER_UNCLEAR,
    }
)
_ON_PAPER = frozenset({Reason.TO_BE_POSTED, Reason.PRINTED, Reason.NOT_POSTED, Reason.SENT_ON_PAPER})
# "We have it already": what that means depends on whether this ledger sent it before.
DUPLICATE = frozenset({"20007", "20008"})
# What it means when a practice says no about one message.
NO = frozenset({"refused", "not_taking", "unknown", "left"})


def standing(state: State, reason: Why, owner: Owner | None) -> Standing:
    """Where a result stands."""
    if state is State.WITH_A_PERSON:
        return _with_a_person(reason, owner)
    if state is State.READY and reason == Reason.NOT_TAKING_MESSAGES:
        return Standing.TURNED
    if state in (State.RECEIVED, State.READY):
        return Standing.WAITING
    return Standing(state.value)


def _with_a_person(reason: Why, owner: Owner | None) -> Standing:
    if reason == Reason.PATIENT_DECEASED:
        return Standing.DECEASED
    if reason in _DENIALS:
        return Standing.DENIED
    if reason in _ON_PAPER:
        return Standing.PAPER
    if owner == Owner.PRACTICE:
        return Standing.PAGE if reason == Reason.PDF_AT_PRACTICE else Standing.REVIEW
    return Standing.OFFICE


def meaning(answer: Acknowledgement, route: str) -> str:
    """What an acknowledgement of a message sent that way means."""
    if answer.passing:
        return "passing"
    table = _table()
    said = answer.said
    return str(table["meaning_as"].get(route, {}).get(said, table["meaning"][said]))


def meaning_of_report(code: str) -> str:
    """What MESH's own REPORT means: 14 is a message that nobody collected; anything else did not arrive."""
    meanings = _table()["meaning"]
    return str(meanings.get(f"REPORT {code}", meanings["REPORT"]))


def effect(meant: str, where: Standing, order: Order, *, from_its_mailbox: bool) -> Move | Effect:
    """What an answer does to a result that stands there."""
    table = _table()
    if not from_its_mailbox:
        return _effect(table["sender"]["another"]["any"])
    if order is not Order.FIRST:
        changed = table["order"][order]
        said = changed.get(meant, changed["any"])
        if said == "contradicted" and where in (Standing.FILED, Standing.RETURNED):
            return _effect(table["effect"][meant][_column(where)])  # a person has dealt with it since
        if said != "as above":
            return _effect(said)
    return _effect(table["effect"][meant][_column(where)])


def path(state: State, move: Move) -> tuple[State, ...]:
    """The legal moves to where an answer points: catching up with our own book-keeping, where it overtook that."""
    if move.to in LEGAL[state]:
        return (move.to,)
    return (State.SENT, move.to)  # from SENDING alone: the reply to the send was lost, and it had arrived


def _column(where: Standing) -> int:
    return int(_table()["columns"]["standing"].index(where))


def _effect(said: str) -> Move | Effect:
    if said in list(Effect):
        return Effect(said)
    state, reason, owner = _table()["move"][said]
    return Move(State(state), Reason(reason), Owner(owner) if owner else None)


@cache
def _table() -> Mapping[str, Any]:
    """The table. Raises ValueError where it has a hole: then nothing is settled at all."""
    table = tomllib.loads(resources.files(__package__).joinpath("answers.toml").read_text("utf-8"))
    if table["columns"]["standing"] != list(Standing):
        raise ValueError("answers.toml: the columns are not the standings")
    if unknown := table["meaning_as"].keys() - PAYLOADS.keys():
        raise ValueError(f"answers.toml: [meaning_as.{min(unknown)}] is of no payload")
    special = [meant for said in table["meaning_as"].values() for meant in said.values()]
    meant = {*table["meaning"].values(), *special}
    for name in meant | table["effect"].keys():
        row = table["effect"].get(name, [])
        if len(row) != len(Standing) or not all(cell in {*Effect, *table["move"]} for cell in row):
            raise ValueError(f"answers.toml: the row of {name} has a hole")
    return table
