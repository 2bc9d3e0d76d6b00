"""Every fault that the two simulators can inject, as data for their control planes."""

from typing import Any, Final

Fault = dict[str, Any]

# Chance enough that a small batch meets each; real seconds kept short.
MESH: Final[dict[str, Fault]] = {
    "latency": {"kind": "latency", "seconds": 0.02, "probability": 0.3},
    "error": {"kind": "error", "probability": 0.3},
    "reset": {"kind": "reset", "probability": 0.3},
    "outage": {"kind": "outage", "probability": 0.5},
    "rate limit": {"kind": "rate_limit", "retry_after": 0, "probability": 0.3},
    "reply lost": {"kind": "reply_lost", "probability": 0.3},
    "truncate": {"kind": "truncate", "probability": 0.3},
    "duplicate": {"kind": "duplicate", "probability": 0.5},
    "out of order": {"kind": "out_of_order", "places": 5, "probability": 0.5},
    "delay": {"kind": "delay", "seconds": 100_000, "probability": 0.5},
    "expires early": {"kind": "expire_early", "probability": 0.3},
    "lookup empty": {"kind": "lookup_empty", "probability": 0.5},
    "lookup wrong": {"kind": "lookup_wrong", "answer": "KXXOT001", "probability": 0.5},
}

GP: Final[dict[str, Fault]] = {
    "down": {"kind": "down", "practice": "*", "probability": 0.5},
    "slow": {"kind": "slow", "practice": "*", "minutes": 600, "probability": 0.5},
    "rejects all": {"kind": "rejects_all", "practice": "*", "probability": 0.5},
    "wrong acknowledgements": {"kind": "wrong_acknowledgements", "practice": "*", "probability": 0.5},
    "acknowledges twice": {"kind": "acknowledges_twice", "practice": "*", "probability": 0.5},
    "never acknowledges": {"kind": "never_acknowledges", "practice": "*", "probability": 0.5},
    "forgets to acknowledge": {"kind": "forgets_to_acknowledge", "practice": "*", "probability": 0.5},
}

NAMES: Final = (*MESH, *GP)


def of(names: tuple[str, ...], seed: int) -> tuple[list[Fault], list[Fault]]:
    """The faults of these names for MESH and for the GP system; MESH's draw by `seed`."""
    mesh = [{**MESH[name], "seed": seed} for name in names if name in MESH]
    return mesh, [GP[name] for name in names if name in GP]
