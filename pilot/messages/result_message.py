"""A coded result as a FHIR R4 message Bundle with UK Core profiles (docs/interfaces.md, section 4)."""

import re
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import orjson

from pilot.domain.outcome import Outcome
from pilot.domain.result import CodedResult, Concept, Participant, ScreeningResult
from pilot.messages import fhir as systems
from pilot.messages.acknowledgement import read_acknowledgement
from pilot.messages.fhir import Ids, plain
from pilot.messages.payload import Organisation, Payload
from pilot.messages.pdf_page import TITLE, pdf_page

Resource = dict[str, Any]

_POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}")


def result_message(
    coded: CodedResult,
    *,
    message_id: str,
    sender: Organisation,
    recipient: Organisation,
    now: datetime,
    replaces: Sequence[str] = (),
) -> bytes:
    """The message as it is sent: UTF-8 JSON, the same for the same arguments.

    `message_id` is the ledger's (a UUID); `now`, with its time zone, becomes `timestamp` and `issued`. Raises
    ValueError where either is not so. `replaces` are the ids of messages with earlier versions of this result: it is
    then sent as amended, to be filed over them. A result that was withdrawn goes out as entered in error.
    """
    if now.tzinfo is None:
        raise ValueError("now must carry its time zone")
    instant = now.isoformat(timespec="milliseconds")
    ids = Ids(message_id)
    result = coded.result
    with_report = result.outcome.was_screened
    resources = [
        _header(ids, sender, recipient, focus="report" if with_report else "observation"),
        _patient(ids, result.participant),
        _observation(ids, coded, instant, replaces),
        *([_report(ids, coded, instant, replaces)] if with_report else []),
        _organisation(ids, "sender", sender),
        _organisation(ids, "recipient", recipient),
    ]
    bundle = {
        "resourceType": "Bundle",
        "id": ids.of("bundle"),
        "meta": {"profile": [systems.uk_core("Bundle")]},
        "identifier": {"system": systems.MESSAGE_ID, "value": message_id},
        "type": "message",
        "timestamp": instant,
        "entry": [{"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource} for resource in resources],
    }
    return orjson.dumps(bundle)


def _resource(ids: Ids, part: str, kind: str, **content: Any) -> Resource:
    """A resource with its id and profile; what is None, or empty, is left out, as FHIR wants it."""
    resource = {"resourceType": kind, "id": ids.of(part), "meta": {"profile": [systems.uk_core(kind)]}}
    return resource | {name: value for name, value in content.items() if value}


def _header(ids: Ids, sender: Organisation, recipient: Organisation, *, focus: str) -> Resource:
    return _resource(
        ids,
        "header",
        "MessageHeader",
        extension=[{"url": systems.RESPONSE_REQUEST, "valueCode": "always"}],
        eventCoding={"system": systems.MESSAGE_EVENT, "code": systems.EVENT_RESULT},
        destination=[
            {
                "name": recipient.name,
                "endpoint": f"urn:nhs:practice:{recipient.ods}",
                "receiver": ids.reference("recipient"),
            }
        ],
        sender=ids.reference("sender"),
        source={"name": sender.name, "software": systems.SOFTWARE, "endpoint": f"urn:nhs:bso:{sender.ods}"},
        focus=[ids.reference(focus)],
        definition=systems.message_definition(systems.EVENT_RESULT),
    )


def _patient(ids: Ids, participant: Participant) -> Resource:
    name = {
        "use": "official",
        "family": plain(participant.surname),
        "given": [plain(participant.forename)],
        "prefix": [plain(participant.title)],
    }
    return _resource(
        ids,
        "patient",
        "Patient",
        identifier=[
            {
                # 02: the office's print is all we have; nothing here traced the number at PDS.
                "extension": [
                    {
                        "url": systems.VERIFICATION_EXTENSION,
                        "valueCodeableConcept": {
                            "coding": [
                                {
                                    "system": systems.VERIFICATION_SYSTEM,
                                    "code": "02",
                                    "display": "Number present but not traced",
                                }
                            ]
                        },
                    }
                ],
                "system": systems.NHS_NUMBER,
                "value": participant.nhs_number,
            }
        ],
        name=[{part: value for part, value in name.items() if value not in ("", [""])}],
        birthDate=participant.date_of_birth.isoformat(),
        address=_address(participant.address),
    )


def _address(printed: tuple[str, ...]) -> list[Resource]:
    lines = [line for line in map(plain, printed) if line]
    if not lines:
        return []
    address: Resource = {"use": "home"}
    if _POSTCODE.fullmatch(lines[-1]):
        address["postalCode"] = lines.pop()
    if lines:
        address["line"] = lines
    return [address]


def _status(coded: CodedResult, replaces: Sequence[str]) -> str:
    if coded.result.withdrawn:
        return "entered-in-error"
    return "amended" if replaces else "final"


def _observation(ids: Ids, coded: CodedResult, instant: str, replaces: Sequence[str]) -> Resource:
    """The question is coded only where a screening took place: a store that keeps the question alone counts by it."""
    result = coded.result
    observation = _resource(
        ids,
        "observation",
        "Observation",
        extension=[{"url": systems.REPLACES_MESSAGE, "valueUuid": f"urn:uuid:{name}"} for name in replaces],
        identifier=[{"system": systems.SCREENING_NUMBER, "value": plain(result.screening_number)}],
        status=_status(coded, replaces),
        category=_concepts(systems.OBSERVATION_CATEGORY, "imaging") if result.outcome.was_screened else None,
        code=_coded_or_words(coded.question, coded.asked),
        subject=ids.reference("patient"),
        effectiveDateTime=result.date and result.date.isoformat(),
        issued=instant,
        performer=[ids.reference("sender")],
        valueCodeableConcept=_value(coded),
        interpretation=_interpretation(result.outcome),
        note=[{"text": printed}] if (printed := plain(result.outcome_text)) else None,
    )
    observation["meta"]["tag"] = [
        {"system": systems.OUTCOME, "code": str(result.outcome)},
        {"system": systems.CODE_SET, "code": coded.code_set},
    ]
    return observation


def _value(coded: CodedResult) -> Resource:
    """The concept with its text; or the text alone, marked so that nobody takes it for an oversight."""
    value = _coded_or_words(coded.concept, plain(coded.text))
    if coded.concept is None:
        marker = {"url": systems.UNCODED_OUTCOME, "valueCode": str(coded.result.outcome)}
        return {"extension": [marker], **value}
    return value


def _coded_or_words(concept: Concept | None, words: str) -> Resource:
    if concept is None:
        return {"text": words}
    return {
        "coding": [{"system": systems.SNOMED_CT, "code": concept.code, "display": concept.term}],
        "text": words,
    }


def _interpretation(outcome: Outcome) -> list[Resource]:
    """FHIR's own flag, with or without a concept: the abnormal result, and the normal one."""
    flag = "A" if outcome.abnormal else "N" if outcome is Outcome.NORMAL else None
    return _concepts(systems.INTERPRETATION, flag) if flag else []


def _concepts(system: str, code: str) -> list[Resource]:
    return [{"coding": [{"system": system, "code": code}]}]


def _report(ids: Ids, coded: CodedResult, instant: str, replaces: Sequence[str]) -> Resource:
    result = coded.result
    return _resource(
        ids,
        "report",
        "DiagnosticReport",
        identifier=[{"system": systems.REPORT_ID, "value": _report_id(result)}],
        status=_status(coded, replaces),
        category=_concepts(systems.REPORT_CATEGORY, "RAD"),
        code={"coding": [systems.IMAGING_REPORT]},
        subject=ids.reference("patient"),
        effectiveDateTime=result.date and result.date.isoformat(),
        issued=instant,
        performer=[ids.reference("sender")],
        result=[ids.reference("observation")],
        conclusion=plain(coded.text),
        conclusionCode=[_coded_or_words(coded.concept, plain(coded.text))] if coded.concept else None,
        presentedForm=_presented_form(result),
    )


def _report_id(result: ScreeningResult) -> str:
    """The same for every message about one result, a corrected one too; names nobody."""
    return str(uuid5(NAMESPACE_URL, f"{systems.REPORT_ID}|{result.screening_number}|{result.date or ''}"))


def _presented_form(result: ScreeningResult) -> list[Resource]:
    if not result.has_print:
        return []
    page = b64encode(pdf_page(result)).decode("ascii")
    return [{"contentType": "application/pdf", "language": "en-GB", "data": page, "title": TITLE}]


def _organisation(ids: Ids, part: str, organisation: Organisation) -> Resource:
    return _resource(
        ids,
        part,
        "Organization",
        identifier=[{"system": systems.ODS_CODE, "value": organisation.ods}],
        name=plain(organisation.name),
    )


PAYLOAD = Payload(
    route="coded",
    workflow="BREAST_SCREENING_RESULT",
    answers="BREAST_SCREENING_RESULT_ACK",
    media_type="application/fhir+json",
    build=result_message,
    read_answer=read_acknowledgement,
    corrects=True,
)
