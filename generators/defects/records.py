"""Defects of people and of records.

Awkward people are real, printed rightly and easy to get wrong. A record's defect takes a case (what each output says
of one result) and gives the flawed one, or None where it cannot happen.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from generators import calibration as cal
from generators.people import names
from generators.people.people import Result
from generators.people.population import ETHNICITIES, with_wrong_check_digit
from generators.prints.case import Case, ShownRecord
from generators.prints.sil import writes_to

_SURNAMES = ("ŁUCZAK", "ŠIMKOVÁ", "ŽIVKOVIĆ", "ĐURIĆ", "ČERNÁ", "YILDIRIM-ŞAHİN")
# No breast-specific concept is published for these: whoever codes them must send words.
_WITHOUT_CONCEPT = (
    "technical_recall",
    "partial_mammography",
    "attended_not_screened",
    "under_care_elsewhere",
)


def with_awkward_people(
    rng: np.random.Generator, results: tuple[Result, ...], flaws: list[str]
) -> tuple[Result, ...]:
    """`flaws` has one name, or "", a result.

    A twin or namesake is the next result of the same report, where there is one without a flaw of its own.
    """
    changed = list(results)
    for i, flaw in enumerate(flaws):
        if flaw in ("twins", "namesakes"):
            pair = _pair(rng, changed, flaws, i, flaw)
            if pair:
                changed[i], changed[i + 1] = pair
        elif flaw in ("name_outside_latin1", "name_characters_lost"):
            person = replace(changed[i].person, surname=str(rng.choice(_SURNAMES)))
            changed[i] = replace(changed[i], person=person).noted(flaw)
        elif flaw == "outcome_without_concept":
            changed[i] = replace(changed[i], outcome=str(rng.choice(_WITHOUT_CONCEPT))).noted(flaw)
    return tuple(changed)


def _pair(
    rng: np.random.Generator, results: list[Result], flaws: list[str], i: int, flaw: str
) -> tuple[Result, Result] | None:
    if i + 1 == len(results) or flaws[i + 1]:
        return None
    one, other = results[i], results[i + 1]
    if (one.emitted_on, one.practice) != (other.emitted_on, other.practice) or other.defects:
        return None
    like = replace(other.person, surname=one.person.surname, address=one.person.address)
    if flaw == "twins":
        group, born = ETHNICITIES.index(one.ethnicity), one.person.date_of_birth
        forename = one.person.forename
        while forename == one.person.forename:
            _, [forename] = names.draw_names(
                rng, np.array([group]), np.array([born.year]), np.array([True]), cal.USUAL
            )
        like = replace(like, forename=forename, date_of_birth=born)
        other = replace(other, history=one.history)
    elif other.person.date_of_birth == one.person.date_of_birth:
        return None
    else:
        like = replace(like, forename=one.person.forename)
    return one.noted(flaw), replace(other, person=like, ethnicity=one.ethnicity).noted(flaw)


_UNKNOWN_HEADLINES = ("SCREENED - SEE LETTER", "SCREENED - RESULT TO FOLLOW", "SCREENING EPISODE CLOSED")
# What an episode may have been said to be before it was changed, or by a letter that went wrong.
_MISTAKEN_FOR = {
    "normal": ("did_not_attend", "technical_recall", "recall_for_assessment"),
    "recall_for_assessment": ("normal", "technical_recall"),
    "technical_recall": ("normal",),
    "partial_mammography": ("normal",),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """What a defect may draw on: chance, numbers that are nobody's, the other NHS numbers of the same report.

    `taken` is the number of somebody else of her practice, where there is one: a namesake, or a stranger.
    """

    rng: np.random.Generator
    spare_numbers: Iterator[str]
    others: tuple[str, ...]
    taken: str | None = None


def flawed(case: Case, flaw: str, setting: Setting) -> Case | None:
    """The case with the flaw, noted in its `defects`; None where the flaw cannot happen to it."""
    changed = _FLAWS[flaw](case, setting)
    return None if changed is None else changed.noted(flaw)


def _print(case: Case, **changes: Any) -> Case:
    """The report's entry changed."""
    return replace(case, sil=tuple(replace(entry, **changes) for entry in case.sil))


def _print_and_letter(case: Case, **changes: Any) -> Case:
    return replace(_print(case, **changes), letter=case.letter and replace(case.letter, **changes))


def _number_invalid(case: Case, setting: Setting) -> Case:
    wrong = with_wrong_check_digit(setting.rng, case.result.person.nhs_number)
    return _print_and_letter(case, nhs_number=wrong)


def _number_missing(case: Case, _: Setting) -> Case:
    return _print_and_letter(case, nhs_number="")


def _number_short(case: Case, _: Setting) -> Case:
    return _print_and_letter(case, nhs_number="111")


def _number_superseded(case: Case, setting: Setting) -> Case | None:
    old = next(setting.spare_numbers, None)
    return None if old is None else replace(_print_and_letter(case, nhs_number=old), superseded=old)


def _number_of_another(case: Case, setting: Setting) -> Case | None:
    if not setting.others:
        return None
    return _print(case, nhs_number=str(setting.rng.choice(setting.others)))


def _born_wrong(case: Case, setting: Setting) -> Case:
    years = int(setting.rng.integers(2, 11)) * int(setting.rng.choice((-1, 1)))
    return _print(case, date_of_birth=_years_later(case.sil[0], years))


def _born_implausible(case: Case, _: Setting) -> Case:
    return _print(case, date_of_birth=_years_later(case.sil[0], -100))


def _years_later(entry: ShownRecord, years: int) -> Any:
    born = entry.date_of_birth
    return born.replace(year=born.year + years, day=min(born.day, 28))


def _result_changed(case: Case, setting: Setting) -> Case | None:
    """Closed as something else the day before, printed, and put right on the day, after the print."""
    before = _mistaken(case, setting)
    if before is None:
        return None
    return replace(_print_and_letter(case, outcome=before), closed_as=replace(case.sil[0], outcome=before))


def _letters_disagree(case: Case, setting: Setting) -> Case | None:
    told = _mistaken(case, setting)
    if case.letter is None or told is None:
        return None
    return replace(case, letter=replace(case.letter, outcome=told))


def _mistaken(case: Case, setting: Setting) -> str | None:
    if not writes_to(case.result.outcome):
        return None
    return mistaken_for(setting.rng, case.result.outcome)


def mistaken_for(rng: np.random.Generator, outcome: str) -> str:
    """An outcome that this one could be mistaken for, of those somebody is written to about."""
    return str(rng.choice(_MISTAKEN_FOR.get(outcome, ("normal",))))


def _not_recognised(case: Case, setting: Setting) -> Case:
    return _print(case, wording=str(setting.rng.choice(_UNKNOWN_HEADLINES)))


def _cut_short(case: Case, _: Setting) -> Case:
    return _print(case, cut_short=True)


def _duplicate(case: Case, _: Setting) -> Case:
    return replace(case, sil=case.sil * 2)


def _not_in_report(case: Case, _: Setting) -> Case:
    return replace(case, sil=())


def _not_in_letters(case: Case, _: Setting) -> Case | None:
    return replace(case, letter=None) if case.letter else None


def _not_in_extract(case: Case, _: Setting) -> Case:
    return replace(case, extract=None)


def _entered_wrongly(case: Case, setting: Setting) -> Case | None:
    wrong = _mistaken(case, setting)
    return None if wrong is None else _everywhere(case, outcome=wrong)


def _number_of_somebody(case: Case, setting: Setting) -> Case | None:
    return None if setting.taken is None else _everywhere(case, nhs_number=setting.taken)


def _everywhere(case: Case, **changes: Any) -> Case:
    extract = case.extract and replace(case.extract, **changes)
    return replace(_print_and_letter(case, **changes), extract=extract)


_FLAWS: dict[str, Callable[[Case, Setting], Case | None]] = {
    "nhs_number_invalid": _number_invalid,
    "nhs_number_missing": _number_missing,
    "nhs_number_short": _number_short,
    "nhs_number_superseded": _number_superseded,
    "nhs_number_of_another": _number_of_another,
    "date_of_birth_wrong": _born_wrong,
    "date_of_birth_implausible": _born_implausible,
    "result_changed": _result_changed,
    "letters_disagree": _letters_disagree,
    "outcome_not_recognised": _not_recognised,
    "record_cut_short": _cut_short,
    "duplicate_record": _duplicate,
    "entered_wrongly": _entered_wrongly,
    "nhs_number_of_namesake": _number_of_somebody,
    "nhs_number_of_stranger": _number_of_somebody,
    "missing_from_report": _not_in_report,
    "missing_from_letters": _not_in_letters,
    "missing_from_extract": _not_in_extract,
}
