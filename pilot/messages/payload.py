"""What a result travels as through MESH. Whoever routes, sends and settles knows a payload by this much and no more.

A payload is one module that ends in one `Payload`; `pilot/messages/__init__.py` lists them. How to add one is in
docs/recipes/add-a-payload.md.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pilot.domain.result import CodedResult
from pilot.messages.acknowledgement import Acknowledgement

_ODS = re.compile(r"[A-Z0-9]{3,10}")


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who sends and who receives, by ODS code. Raises ValueError where the code is not of that form."""

    ods: str
    name: str

    def __post_init__(self) -> None:
        if _ODS.fullmatch(self.ods) is None:
            raise ValueError(f"{self.ods!r} is not an ODS code")
        if not self.name.strip():
            raise ValueError(f"the organisation {self.ods} has no name")


class Build(Protocol):
    """Makes the bytes to send, the same for the same arguments."""

    def __call__(
        self,
        coded: CodedResult,
        *,
        message_id: str,
        sender: Organisation,
        recipient: Organisation,
        now: datetime,
        replaces: Sequence[str] = (),
    ) -> bytes:
        """`replaces` are the ids of messages that carried earlier versions of this result.

        Raises ValueError where the result cannot be sent like this.
        """


@dataclass(frozen=True, slots=True)
class Payload:
    """`route` is the way's name in scenarios, settings and the ledger; `workflow` and `answers` are MESH workflow ids.

    `read_answer` raises AcknowledgementUnreadable, and nothing else. `corrects`: whether a message can name the ones
    that it replaces; where not, a correction is one more message. `of_print`: it is the print itself, so that a result
    which came without one cannot go like this.
    """

    route: str
    workflow: str
    answers: str
    media_type: str
    build: Build
    read_answer: Callable[[bytes], Acknowledgement]
    corrects: bool
    of_print: bool = False
