"""What is validated: the messages and answers of a messy run, and the same spoiled on purpose."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from pilot.coding import code_set_names, load_code_set
from pilot.domain.outcome import Outcome
from pilot.messages import Organisation
from pilot.messages.result_message import result_message
from tests.printed_records import example

Message = dict[str, Any]
Mutation = Callable[[Message], None]

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def every_message() -> Iterator[tuple[str, Message]]:
    """Each outcome by each code set, as the pipeline builds it: the first time, as a correction, withdrawn."""
    for name in code_set_names():
        code_set = load_code_set(name)
        for outcome in Outcome:
            first = str(uuid5(NAMESPACE_URL, f"{name}/{outcome}"))
            for kind, replaces in (("result", ()), ("amended", (first,)), ("withdrawn", (first,))):
                result = replace(example(outcome), withdrawn=kind == "withdrawn")
                body = result_message(
                    code_set.code(result),
                    message_id=str(uuid5(NAMESPACE_URL, f"{name}/{outcome}/{kind}")),
                    sender=Organisation("KXX", "Feathering Breast Screening Office"),
                    recipient=Organisation("Z99001", "Feathering Surgery"),
                    now=NOW,
                    replaces=replaces,
                )
                yield f"{kind}-{name}-{outcome}", json.loads(body)


def answers_of(run: Path) -> Iterator[tuple[str, Message]]:
    """Every answer that the practices of a run gave."""
    with sqlite3.connect(run / "gp-coded.sqlite") as record:
        for number, body in record.execute("SELECT id, body FROM acknowledgements ORDER BY id"):
            try:
                yield f"answer-{number:05}", json.loads(body)
            except ValueError:
                continue  # spoiled on purpose by a fault of the scenario: not what a practice would say


def _resource(message: Message, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        entry["resource"] for entry in message["entry"] if entry["resource"]["resourceType"] == kind
    )
    return found


def _put(kind: str, name: str, value: Any) -> Mutation:
    def mutate(message: Message) -> None:
        _resource(message, kind)[name] = value

    return mutate


def _drop(kind: str, name: str) -> Mutation:
    def mutate(message: Message) -> None:
        del _resource(message, kind)[name]

    return mutate


def _header_last(message: Message) -> None:
    message["entry"].append(message["entry"].pop(0))


def _same_full_url(message: Message) -> None:
    message["entry"][1]["fullUrl"] = message["entry"][0]["fullUrl"]


def _unknown_disposition(message: Message) -> None:
    coding = {"system": _BASE + "/CodeSystem/disposition", "code": "mislaid"}
    _resource(message, "OperationOutcome")["issue"][0]["details"]["coding"] = [coding]


def _unknown_answer(message: Message) -> None:
    coding = {"system": "https://fhir.hl7.org.uk/CodeSystem/UKCore-ITKResponseCode", "code": "29999"}
    _resource(message, "OperationOutcome")["issue"][0]["details"]["coding"] = [coding]


_BASE = "https://breast-screening-results-pilot.example/fhir"
_NOBODY = {"reference": "urn:uuid:00000000-0000-4000-8000-000000000000"}

# Each must be rejected: a validator that lets one pass proves nothing by its silence on the rest.
MESSAGE_MUTATIONS: dict[str, Mutation] = {
    "a status nobody knows": _put("Observation", "status", "banana"),
    "no status": _drop("Observation", "status"),
    "no code": _drop("Observation", "code"),
    "an empty code": _put("Observation", "code", {}),
    "a date that is none": _put("Observation", "effectiveDateTime", "2026-02-30"),
    "a day for an instant": _put("Observation", "issued", "2026-11-02"),
    "an element that is not FHIR's": _put("Observation", "priority", "urgent"),
    "a flag nobody knows": _put(
        "Observation",
        "interpretation",
        [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",
                        "code": "ALARM",
                    }
                ]
            }
        ],
    ),
    "a subject that is not there": _put("Observation", "subject", "Patient"),
    "an extension that nobody defined": _put(
        "Observation", "extension", [{"url": f"{_BASE}/StructureDefinition/colour", "valueCode": "red"}]
    ),
    "an outcome that is none": _put(
        "Observation",
        "valueCodeableConcept",
        {
            "extension": [{"url": f"{_BASE}/StructureDefinition/uncoded-outcome", "valueCode": "abducted"}],
            "text": "Breast screening: abducted",
        },
    ),
    "no event": _drop("MessageHeader", "eventCoding"),
    "an event nobody knows": _put(
        "MessageHeader", "eventCoding", {"system": f"{_BASE}/CodeSystem/message-event", "code": "new-baby"}
    ),
    "no source": _drop("MessageHeader", "source"),
    "a focus that is not in the message": _put("MessageHeader", "focus", [_NOBODY]),
    "a birthday in the wrong form": _put("Patient", "birthDate", "04/05/1961"),
    "a gender nobody knows": _put("Patient", "gender", "F"),
    "an organisation with an empty name": _put("Organization", "name", ""),
    "the header is not first": _header_last,
    "two entries under one name": _same_full_url,
    "a Bundle without its type": lambda message: message.pop("type"),
}
ANSWER_MUTATIONS: dict[str, Mutation] = {
    "an answer to nothing": lambda message: _resource(message, "MessageHeader")["response"].pop("identifier"),
    "an answer nobody knows": lambda message: _resource(message, "MessageHeader")["response"].update(
        code="perhaps"
    ),
    "no issue": _put("OperationOutcome", "issue", []),
    "an ITK code that is none": _unknown_answer,
    "a disposition that is none": _unknown_disposition,
}


def mutations(message: Message, answer: Message) -> Iterator[tuple[str, Message]]:
    """Each mutation, made on a copy; fails where one changes nothing."""
    for original, kinds in ((message, MESSAGE_MUTATIONS), (answer, ANSWER_MUTATIONS)):
        for what, mutate in kinds.items():
            spoiled = deepcopy(original)
            mutate(spoiled)
            assert spoiled != original, what
            yield what, spoiled
