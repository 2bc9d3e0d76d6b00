"""How numbers, times and the machine's words are said to a person."""

from datetime import timedelta
from typing import Final

from pilot.domain.delivery import State
from pilot.domain.result import Provenance
from pilot.pipeline.item import Action, Item

STATES: Final = {
    State.RECEIVED: "read",
    State.READY: "ready to send",
    State.SENDING: "being sent",
    State.SENT: "in MESH",
    State.DELIVERED: "at the practice",
    State.FILED: "in the record",
    State.WITH_A_PERSON: "with a person",
    State.RETURNED: "returned",
}

ACTIONS: Final = {
    Action.FIX: "Fix",
    Action.RESEND: "Send again",
    Action.PAPER: "Send on paper",
    Action.RETURN: "Return",
    Action.FILED: "Filed",
    Action.WAIT: "Lies there",
    Action.ASSIGN: "Assign",
    Action.CORRECT: "Correct",
    Action.WITHDRAW: "Withdraw",
}


# What to do with a result that is with a person, by reason: the short form of docs/operations.md.
_NEXT: Final = {
    "no_way_to_practice": "give it a practice (fix), or post it",
    "wrong_kind_of_number": "stop and find out how it came here; then return it",
    "code_set_not_signed_off": "have the code set signed off, or name another; then send again",
    "contradicts_itself": "look at the print; return it and tell whoever answers for the code set",
    "refused_by_mesh": "run pilot doctor; then send again, or post it",
    "mesh_unreachable": "when MESH is back send again, or post it",
    "send_uncertain": "ask MESH's service desk by the message's id; then send again, or filed",
    "not_collected": "ring the practice: does it lie there after all (l)? Else post it",
    "no_answer": "ring the practice; then filed, or it lies there (l), or post it",
    "not_first_from_here": "ask the practice whether it is in the record; then filed",
    "review_overdue": "ring the practice, at once where it is abnormal; then filed, or it lies there (l), or post it",
    "waits_at_practice": "ring again by the due day; filed once it is in the record; never post it while it lies there",
    "refused_by_practice": "ring the practice; post it",
    "patient_unknown": "compare number, name and birthday with the print; fix, or find her practice",
    "patient_left": "find her practice, and give it that (fix)",
    "patient_deceased": "tell the office's lead at once; then filed, or return",
    "answers_contradict": "ring the practice: is it in the right record? Then filed, send again, or post it",
    "answer_unclear": "look at the answer and ring the practice",
    "not_held": "ring the practice today; then send again, or post it",
    "to_be_posted": "print it (4 Post), by its due day",
    "printed": "post it and tick it (4 Post)",
    "not_posted": "today: print it if need be, post it, tick it (4 Post)",
    "nothing_to_print": "have NBSS print it again, then return this one",
    "outcome_differs": "look into NBSS; never send an old normal over a later recall",
    "letter_differs": "look into NBSS, and find out what she was told",
    "letter_missing": "find out whether she was written to; then send again",
    "date_differs": "look into NBSS; the print is right (send again) or the extract (one key)",
    "date_of_birth_differs": "make sure that it is the same person; then the print's or the extract's",
    "age_differs": "make sure that it is the same person; then send again, or fix",
    "nhs_number_superseded": "take the new number over",
    "same_number_two_people": "send neither until NBSS is corrected; return both",
    "practice_differs": "find out where she is registered; then the print's or the extract's",
    "not_in_extract": "look into NBSS: was the episode reopened?",
    "duplicate": "decide which print is right: the later is sent as a correction, or returned",
    "extract_awaited": "bring the extract together with the same print (5 Batches)",
    "changed_after_print": "if it has become abnormal, ring the practice now; then have it printed again",
    "in_extract_not_in_print": "have it printed: the practice has not been told",
    "in_letters_not_in_print": "have it printed: the practice has not been told",
    "count_differs_from_cover": "compare with the print, a record may be missing; print it again",
}
_BY_ITSELF: Final = {
    State.RECEIVED: ("the next sending", "codes and sends it (5 Batches)"),
    State.READY: ("the next sending", "sends it, once MESH can be reached"),
    State.SENDING: ("the pipeline", "asks MESH whether it has the message"),
    State.SENT: ("the practice's system", "collects it; the office is told when it does not"),
    State.DELIVERED: ("the practice's system", "says what became of it; the office is told when it does not"),
    State.FILED: ("nobody", "it is in the record"),
}


def next_step(item: Item) -> tuple[str, str]:
    """Who has to do something about it, and what."""
    if item.state in _BY_ITSELF:
        return _BY_ITSELF[item.state]
    if item.state is State.RETURNED:
        if not item.actions:
            return "nobody", "it went back, and somebody has taken it up"
        return "the office", "put the cause right in NBSS, print it again, and say so here (b)"
    if item.owner == "practice":
        return "the practice", "looks at it, or types it; the office is told when that grows old"
    return "the office", _NEXT.get(item.reason, "look at it, and decide")


def shown(text: str) -> str:
    """What came from outside, so that it cannot drive the terminal; columns are kept."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )


def whole(number: float) -> str:
    """1234.4 as 1,234."""
    return f"{number:,.0f}"


def tenth(number: float) -> str:
    """1234.44 as 1,234.4."""
    return f"{number:z,.1f}"


def plural(number: int, one: str, many: str = "") -> str:
    """3, "result" as 3 results."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def age(waited: timedelta) -> str:
    """How long something waits, in the largest unit that says it: 3 d, 5 h, 12 min."""
    minutes = max(int(waited.total_seconds()) // 60, 0)
    if minutes >= 24 * 60:
        return f"{minutes // (24 * 60):,} d"
    return f"{minutes // 60} h" if minutes >= 60 else f"{minutes} min"


def short_place(provenance: Provenance) -> str:
    """Where a result was printed, short enough for a column: SIL-KXX-20261104-117 p2 r1."""
    stem = provenance.file.partition(".")[0]
    page = f" p{provenance.page}" if provenance.page else ""
    return stem + page + (f" r{provenance.record}" if page and provenance.record else "")
