"""A message has been collected: read it, decide, file it or give it to a person, and answer, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from simulators.gp_system.desk.pile import minute_of
from simulators.gp_system.desk.settings import Role, draws_for, result_name
from simulators.gp_system.desk.tasks import Posted, Task, Tasks, deliver
from simulators.gp_system.desk.typist import Unreadable, page_lines
from simulators.gp_system.faults import Fault, FaultKind, active, delay, distort
from simulators.gp_system.practice import Practice
from simulators.gp_system.receiving.filing_decision import (
    FilingDecision,
    Found,
    Match,
    TaskKind,
    decide,
    match,
)
from simulators.gp_system.receiving.itk3_document import DOCUMENT
from simulators.gp_system.receiving.messages import Envelope, Messages
from simulators.gp_system.receiving.payload import (
    Acknowledgement,
    Disposition,
    Payload,
    PayloadInvalid,
    Received,
)
from simulators.gp_system.receiving.result_message import RESULT
from simulators.gp_system.record.holdings import RECONCILIATION, RECONCILIATION_ANSWER, answer_question
from simulators.gp_system.record.record import PRELIMINARY, Entry, Record, entry_from
from simulators.gp_system.store import Row, Store
from simulators.gp_system.supplier import Same, Supplier, Visible

# What a system reads, by its workflow; and a page that only a person reads.
PAYLOADS: Final[Mapping[str, Payload]] = {payload.workflow: payload for payload in (RESULT, DOCUMENT)}
PAGE: Final = "BREAST_SCREENING_RESULT_PDF"

_DISPOSITION_OF: Final = {
    "filed": Disposition.FILED,
    "archived": Disposition.FILED,
    "awaiting_review": Disposition.AWAITING_REVIEW,
}


class Reception:
    """Takes messages in for every practice. Answers go into the outbox; nothing is sent from here."""

    def __init__(self, store: Store, suppliers: Mapping[str, Supplier]) -> None:
        self._store = store
        self._suppliers = suppliers
        self._record = Record(store)
        self._messages = Messages(store)
        self._tasks = Tasks(store)

    def take(
        self, envelope: Envelope, body: bytes, practice: Practice, faults: Sequence[Fault], now: datetime
    ) -> str:
        """Handle one message; the state it is in afterwards. The same MESH message again changes nothing."""
        with self._store.transaction():
            if self._messages.known(envelope.mesh_id):
                return "again"
            struck = active(
                faults, practice.ods, envelope.local_id or envelope.mesh_id, practice.desk.seed, now
            )
            payload = payload_of(envelope.workflow)
            if envelope.workflow in PAYLOADS:
                state, answers = self._take_result(payload, envelope, body, practice, struck, now)
            elif envelope.workflow == PAGE:
                state, answers = self._take_page(envelope, body, practice, struck, now)
            elif envelope.workflow == RECONCILIATION:
                return self._take_reconciliation(envelope, body, practice, struck, now)
            else:
                self._messages.keep(envelope, "apart", "another workflow", now)
                return "apart"
            self._messages.answer(payload, envelope.sender, distort(answers, struck), now, delay(struck))
            return state

    def _take_reconciliation(
        self, envelope: Envelope, body: bytes, practice: Practice, struck: list[Fault], now: datetime
    ) -> str:
        """What the office says we should hold: answered from the record, whatever was acknowledged before."""
        answer = answer_question(self._store, practice.ods, body)
        self._messages.keep(envelope, "apart", "reconciliation" if answer else "not to be read", now)
        if answer and not any(fault.kind is FaultKind.NEVER_ACKNOWLEDGES for fault in struck):
            self._messages.answer_reconciliation(envelope, RECONCILIATION_ANSWER, answer, now + delay(struck))
        return "apart"

    def _take_result(
        self,
        payload: Payload,
        envelope: Envelope,
        body: bytes,
        practice: Practice,
        struck: list[Fault],
        now: datetime,
    ) -> tuple[str, list[Acknowledgement]]:
        try:
            received, document = payload.read(body, practice.ods)
        except PayloadInvalid as invalid:
            answers = invalid.message_id or envelope.local_id or envelope.mesh_id
            return self._refuse(envelope, practice, answers, 20009, str(invalid), now)
        if any(fault.kind is FaultKind.REJECTS_ALL for fault in struck):
            why = "the practice's system cannot process messages"
            return self._refuse(envelope, practice, received.message_id, 20001, why, now)
        if not practice.takes_coded(now):
            why = "the practice does not take coded results: send the PDF"
            return self._refuse(envelope, practice, received.message_id, 20010, why, now)
        supplier = self._suppliers[practice.supplier]
        content = received.content if Same.CONTENT in supplier.duplicates.same else None
        same_id = received.message_id if Same.MESSAGE in supplier.duplicates.same else None
        first = self._messages.first_of(practice.ods, same_id, content)
        if first is not None:
            return self._duplicate(envelope, practice, received.message_id, first, now)
        patient = self._record.patient(practice.ods, received.nhs_number)
        found = match(received, patient, supplier.matching.keys, now.date())
        if patient is not None and any(fault.kind is FaultKind.FALSE_MATCH for fault in struck):
            mistakable = self._record.mistakable_for(practice.ods, patient)
            found = Match(Found.KNOWN, mistakable[0]) if mistakable else found
        rule = practice.rule_for(received.outcome, abnormal=received.abnormal)
        decision = decide(received, found, rule, supplier)
        files = all(fault.kind is not FaultKind.FILES_NOTHING for fault in struck)
        state = self._carry_out(decision, envelope, received, found, practice, now, files)
        if document:
            filed_for = found.patient.nhs_number if state in ("filed", "archived") and found.patient else None
            source = f"mesh:{received.message_id}"
            self._record.keep_document(practice.ods, filed_for, source, now, "application/pdf", document)
        return state, [
            Acknowledgement(received.message_id, practice.ods, 20013, "received"),
            Acknowledgement(
                received.message_id, practice.ods, decision.business_code, decision.why, decision.disposition
            ),
        ]

    def _carry_out(
        self,
        decision: FilingDecision,
        envelope: Envelope,
        received: Received,
        found: Match,
        practice: Practice,
        now: datetime,
        files: bool,
    ) -> str:
        state = _state(decision)
        self._messages.keep(
            envelope,
            state,
            decision.why,
            now,
            message_id=received.message_id,
            received=received,
            business=decision.business_code,
        )
        if found.patient is not None:
            supplier = self._suppliers[practice.supplier]
            entry = _entry(decision, received, practice.ods, found.patient.nhs_number, supplier, now)
            if entry is not None and (files or not decision.enters_record):
                self._record.enter(entry)
        if decision.disposition is not Disposition.NOT_FILED:
            self._messages.replace(practice.ods, received.replaces)
            self._record.replace(practice.ods, received.replaces, filed=decision.enters_record and files)
        if decision.task is not None:
            task = _task(decision.task, decision.role, envelope, received, practice, now)
            looked_at = practice.desk.reviews_messages or task.role is Role.CLINICIAN
            self._tasks.add(task, "waiting" if looked_at else "ignored")
        return state

    def _refuse(
        self, envelope: Envelope, practice: Practice, answers: str, code: int, why: str, now: datetime
    ) -> tuple[str, list[Acknowledgement]]:
        self._messages.keep(envelope, "refused", why, now, message_id=answers)
        return "refused", [Acknowledgement(answers, practice.ods, code, why)]

    def _duplicate(
        self, envelope: Envelope, practice: Practice, answers: str, first: Row, now: datetime
    ) -> tuple[str, list[Acknowledgement]]:
        """Said to be a duplicate, and what became of the first: its own answer may have been lost."""
        self._messages.keep(envelope, "duplicate", "taken in before", now, message_id=answers)
        said = [Acknowledgement(answers, practice.ods, 20007, "taken in before: not filed again")]
        if first["business"] is not None:
            disposition = _DISPOSITION_OF[first["state"]]
            said.append(Acknowledgement(answers, practice.ods, first["business"], first["why"], disposition))
        return "duplicate", said

    def _take_page(
        self, envelope: Envelope, body: bytes, practice: Practice, struck: list[Fault], now: datetime
    ) -> tuple[str, list[Acknowledgement]]:
        answers = envelope.local_id or envelope.mesh_id
        if any(fault.kind is FaultKind.REJECTS_ALL for fault in struck):
            why = "the practice's system cannot process messages"
            return self._refuse(envelope, practice, answers, 20001, why, now)
        first = self._messages.first_of(practice.ods, answers, None)
        if first is not None:
            return self._duplicate(envelope, practice, answers, first, now)
        try:
            lines = page_lines(body)
        except Unreadable as unreadable:
            return self._refuse(envelope, practice, answers, 20009, str(unreadable), now)
        self._messages.keep(envelope, "document", "a page for a person to read", now, message_id=answers)
        deliver(
            self._tasks,
            practice,
            Posted(f"mesh:{answers}", now.date(), minute_of(now), lines, on_paper=False),
        )
        return "document", [Acknowledgement(answers, practice.ods, 20013, "received")]


def payload_of(workflow: str) -> Payload:
    """In whose words a message of that workflow is answered: a page has no words of its own."""
    return PAYLOADS.get(workflow, RESULT)


def _entry(
    decision: FilingDecision,
    received: Received,
    practice: str,
    nhs_number: str,
    supplier: Supplier,
    now: datetime,
) -> Entry | None:
    """What enters the record at once: by rule, or because this supplier files on arrival, for review there."""
    if received.withdrawn:
        return None
    if decision.enters_record and decision.rule is not None:
        return entry_from(
            received,
            practice,
            nhs_number,
            f"rule:{decision.rule.name}",
            now,
            supplier.record,
            replaced=decision.rule.code,
        )
    if decision.task is TaskKind.REVIEW and supplier.filing.on_arrival:
        visible = now if supplier.filing.visible_to_patient is Visible.FILED else None
        entry = entry_from(received, practice, nhs_number, "system:arrival", now, supplier.record)
        return replace(entry, status=PRELIMINARY, visible_at=visible)
    return None


def _state(decision: FilingDecision) -> str:
    if decision.disposition is Disposition.FILED:
        return "filed" if decision.enters_record else "archived"
    return "awaiting_review" if decision.disposition is Disposition.AWAITING_REVIEW else "not_filed"


def _task(
    kind: TaskKind, role: Role, envelope: Envelope, received: Received, practice: Practice, now: datetime
) -> Task:
    draws = draws_for(
        practice.desk.seed, practice.ods, result_name(received.screening_number, received.outcome)
    )
    if kind is TaskKind.UNMATCHED:
        minutes = practice.desk.unmatched_minutes.at(draws.unmatched)
    elif role is Role.CLINICIAN:
        minutes = practice.desk.clinician_review_minutes.at(draws.review)
    else:
        minutes = practice.desk.review_minutes.at(draws.review)
    source = f"mesh:{envelope.mesh_id}"
    return Task(practice.ods, kind, role, source, minute_of(now), minutes, {"mesh_id": envelope.mesh_id})
