"""The participants' letters: one a page, the contract's phrase for each outcome that has one."""

from pathlib import Path

from tests.generators.batches import Batch, make
from tests.generators.grid import page_lines

# docs/interfaces.md, section 1.
PHRASES = {
    "normal": "no signs of breast cancer were found",
    "recall_for_assessment": "you need to come back for further tests",
    "technical_recall": "the images were not clear enough",
    "partial_mammography": "we could not take all of the images",
    "did_not_attend": "you did not come to your appointment",
}


def letters(batch: Batch) -> list[list[str]]:
    return [
        page for name, data in batch.inbox.items() if name.startswith("SMSTA") for page in page_lines(data)
    ]


def test_each_outcome_that_has_a_letter_says_its_phrase_and_no_other(tmp_path: Path) -> None:
    shares = dict.fromkeys((*PHRASES, "died", "declined"), 1 / 7)
    batch = make(tmp_path, outcome_shares=shares)
    by_number = {}
    for page in letters(batch):
        line = next(line for line in page if line.startswith("Screening Number:"))
        by_number[line.removeprefix("Screening Number:").strip()] = " ".join(" ".join(page).split()).lower()
    told = {line["screening_number"]: line for line in batch.truth if line["outcome"] in PHRASES}
    assert by_number.keys() == told.keys()
    for number, text in by_number.items():
        said = [outcome for outcome, phrase in PHRASES.items() if phrase in text]
        assert said == [told[number]["outcome"]]


def test_a_letter_is_to_her_and_of_the_day(clean: Batch) -> None:
    truth = {line["screening_number"]: line for line in clean.truth}
    for page in letters(clean):
        number = next(line.split(": ")[1] for line in page if line.startswith("Screening Number:"))
        line = truth[number]
        assert page[0].startswith("NHS BREAST SCREENING PROGRAMME")
        assert page[0].endswith("FEATHERING")
        assert f"{line['title']} {line['forename']} {line['surname']}" in page
        assert f"Dear {line['title']} {line['surname']}" in page
        spaced = f"{line['nhs_number'][:3]} {line['nhs_number'][3:6]} {line['nhs_number'][6:]}"
        assert f"      NHS Number: {spaced}" in page
