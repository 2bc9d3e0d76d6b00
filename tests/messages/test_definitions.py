"""Every name of our own in a message has a published definition, and every definition is about a name in use."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

from pilot.domain.outcome import Outcome
from pilot.messages import Disposition
from pilot.messages import fhir as systems

DEFINITIONS = [
    json.loads(path.read_text("utf-8"))
    for path in resources.files("pilot.messages").joinpath("definitions").iterdir()
]
GOLDEN = Path(__file__).parents[1] / "golden"


def canonical(definition: dict[str, Any]) -> str:
    return str(definition.get("url") or definition["uniqueId"][0]["value"])


def names_in(part: Any) -> set[str]:
    if isinstance(part, dict):
        return set().union(*map(names_in, part.values())) if part else set()
    if isinstance(part, list):
        return set().union(*map(names_in, part)) if part else set()
    return {part} if isinstance(part, str) and part.startswith(systems.BASE) else set()


def test_every_name_of_ours_that_is_sent_or_answered_is_defined() -> None:
    sent = [*GOLDEN.glob("messages/**/*.json"), *GOLDEN.glob("gp_system/acknowledgements/*.json")]
    names = set().union(*(names_in(json.loads(path.read_text("utf-8"))) for path in sent))
    assert len(names) >= 6
    assert names <= set(map(canonical, DEFINITIONS))


def test_no_name_of_ours_stands_in_a_namespace_of_others() -> None:
    for path in GOLDEN.glob("messages/**/*.json"):
        assert "bss-pilot" not in path.read_text("utf-8")


def test_the_codes_of_each_system_are_the_ones_in_use() -> None:
    codes = {
        canonical(definition): {concept["code"] for concept in definition.get("concept", [])}
        for definition in DEFINITIONS
        if definition["resourceType"] == "CodeSystem"
    }
    assert codes[systems.OUTCOME] == set(Outcome)
    assert codes[systems.DISPOSITION] == set(Disposition)
    assert codes[systems.MESSAGE_EVENT] == {systems.EVENT_RESULT, systems.EVENT_ACKNOWLEDGEMENT}
