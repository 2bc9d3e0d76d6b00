"""Which route of the MESH API a request is for, from its method and path alone."""

from dataclasses import dataclass

ROUTES = frozenset(
    {
        "handshake",
        "list",
        "count",
        "download",
        "head",
        "acknowledge",
        "send",
        "send_chunk",
        "track",
        "lookup",
    }
)

# (method, what follows the mailbox with * for anything) -> route
_SHAPES = {
    ("POST", ()): "handshake",
    ("GET", ()): "handshake",
    ("GET", ("inbox",)): "list",
    ("GET", ("count",)): "count",
    ("GET", ("inbox", "*")): "download",
    ("GET", ("inbox", "*", "*")): "download",
    ("HEAD", ("inbox", "*")): "head",
    ("PUT", ("inbox", "*", "*", "*")): "acknowledge",
    ("POST", ("outbox",)): "send",
    ("POST", ("outbox", "*", "*")): "send_chunk",
    ("GET", ("outbox", "*")): "track",
    ("GET", ("outbox", "*", "*")): "track",
}


@dataclass(frozen=True, slots=True)
class Target:
    """`mailbox` is "" for lookups, which name no caller."""

    route: str
    mailbox: str


def target_of(method: str, path: str) -> Target | None:
    """None for what is no MESH route: health, and the control plane."""
    parts = path.strip("/").split("/")
    if (
        len(parts) < 2
        or parts[0] != "messageexchange"
        or parts[1] in ("admin", "mailbox", "_ping", "deepping")
    ):
        return None
    if parts[1] in ("endpointlookup", "workflowsearch"):
        return Target("lookup", "")
    shape = tuple(part if n == 0 else "*" for n, part in enumerate(parts[2:]))
    route = _SHAPES.get((method, shape))
    return Target(route, parts[1].upper()) if route else None
