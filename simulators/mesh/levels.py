"""How much of MESH is held to: three levels, and the rules of the API description that they differ in.

strict    what MESH refuses is refused
warn      it passes, and the reply and the journal say what MESH would have refused, and by which rule
sandbox   it passes, as in mesh-sandbox
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from simulators.mesh.errors import MeshError
from simulators.mesh.protocol import Refusal

# Each rule of the description that mesh-sandbox does not have, by the name that warnings give it.
RULES: Final = {
    "token-scheme": "the Authorization header begins with NHSMESH",
    "token-once": "a token is good for one request",
    "token-recent": "a token's time is within two hours of the clock",
    "workflow-registered": "the workflow is registered (17)",
    "sender-allowed": "the sender is registered to send the workflow (16)",
    "recipient-allowed": "the recipient is registered to receive the workflow (17)",
    "sender-is-caller": "Mex-From, where given, is the caller (07)",
    "message-type": "Mex-MessageType, where given, is DATA (11)",
    "request-size": "one request carries at most 100 MB",
    "gone": "what was acknowledged cannot be downloaded again",
}


class Level(StrEnum):
    SANDBOX = "sandbox"
    WARN = "warn"
    STRICT = "strict"

    @property
    def lives(self) -> bool:
        """Whether messages expire, deactivated mailboxes take nothing, patients are found by their address, and
        a message waits until each of its chunks has come: what MESH does, not what it refuses.
        """
        return self is not Level.SANDBOX


@dataclass(slots=True)
class Judge:
    """Holds one request to the rules of a level. `warnings` is what MESH would have refused in it."""

    level: Level
    warnings: list[str] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)  # the faults that befell it, by name or kind
    skew: float = 0.0  # seconds by which the server's clock is off for it

    def refuse(self, rule: str, refusal: Refusal, message_id: str | None = None) -> None:
        """The request breaks this rule. Raises MeshError on the strict level."""
        if self.level is Level.STRICT:
            raise MeshError(refusal, message_id)
        if self.level is Level.WARN:
            code = f" code {refusal.code}" if refusal.code else ""
            self.warnings.append(f"{rule}: MESH answers {refusal.status}{code}, {refusal.description}")
