"""When faults strike: seeded draws, the same for the same requests in the same order."""

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

from simulators.mesh.faults.fault import AnyFault, Fault, RequestFault

F = TypeVar("F", bound=Fault)


class Dice:
    """The faults in force. The nth time one could strike a mailbox on a route, the draw is a function of
    its seed, the route, the mailbox and n alone: other mailboxes' traffic does not disturb it.
    """

    def __init__(self, faults: Sequence[AnyFault] = ()) -> None:
        self._faults = tuple(faults)
        self._drawn: Counter[tuple[int, str, str]] = Counter()

    def __bool__(self) -> bool:
        return bool(self._faults)

    def strikes(self, kind: type[F], route: str, mailbox: str, now: float) -> F | None:
        """The first fault of this kind that strikes, drawing for each that could."""
        for index, fault in enumerate(self._faults):
            if isinstance(fault, kind) and _applies(fault, route, mailbox, now):
                self._drawn[index, route, mailbox] += 1
                if _draw(fault, route, mailbox, self._drawn[index, route, mailbox]) < fault.probability:
                    return fault
        return None


def _applies(fault: Fault, route: str, mailbox: str, now: float) -> bool:
    on_route = not isinstance(fault, RequestFault) or fault.route in (None, route)
    of_mailbox = fault.mailbox is None or fault.mailbox.upper() == mailbox
    return on_route and of_mailbox and fault.in_window(now)


def _draw(fault: Fault, route: str, mailbox: str, count: int) -> float:
    """From 0 up to but not including 1."""
    text = f"{fault.seed}|{type(fault).__name__}|{route}|{mailbox}|{count}"
    return int.from_bytes(sha256(text.encode()).digest()[:7]) / 2**56
