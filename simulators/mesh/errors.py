"""What can go wrong.

    MeshError          a request MESH refuses: becomes a reply, in the shape of the API version asked for
      InvalidRequest   it does not fit the API's schema: 400, naming what does not fit
    UsageError         what a person started the server with cannot work: one line, exit code 2

Anything else is a bug.
"""

from collections.abc import Sequence

from simulators.mesh.protocol import Refusal


class MeshError(Exception):
    """A documented refusal. `message_id` is the message it is about, where there is one."""

    def __init__(self, refusal: Refusal, message_id: str | None = None) -> None:
        super().__init__(refusal.description)
        self.refusal = refusal
        self.message_id = message_id


class InvalidRequest(MeshError):
    """`where` is the place ("header", "query", "path", "body"), `names` what in it does not fit."""

    def __init__(self, where: str, names: str | Sequence[str], problem: str) -> None:
        super().__init__(Refusal(400, problem))
        self.where = where
        self.names = [names] if isinstance(names, str) else list(names)


class UsageError(Exception):
    """Wrong options, files or ports. The text says what, where, and how to mend it."""
