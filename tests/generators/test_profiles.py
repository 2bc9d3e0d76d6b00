"""Each office profile prints every record, in its own way."""

import re
from pathlib import Path

import pypdfium2
import pytest

from tests.generators.batches import make
from tests.generators.grid import page_lines


def words(data: bytes) -> str:
    """All text of a file, whatever its grid."""
    document = pypdfium2.PdfDocument(data)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return text


def reports(folder: Path, profile: str) -> str:
    batch = make(folder, profile=profile, results=60)
    text = "\n".join(words(data) for name, data in batch.inbox.items() if name.startswith("SIL"))
    assert all(line["screening_number"] in text for line in batch.truth)
    assert all(line["file"] for line in batch.truth)
    return text


@pytest.mark.parametrize(
    ("profile", "has", "lacks"),
    [
        ("standard", r"Screening Number: KXX", r"Number of reports"),
        ("one-a-page", r"Number of reports: \d", r"D\.O\.B\."),
        ("short-labels", r"NHS No: 999", r"NHS Number"),
        ("short-labels", r"D\.O\.B\.: \d\d/\d\d/\d{4}", r"Date of Birth"),
        ("small-print", r"Screening Number: KXX", r"Number of reports"),
        ("sparse", r"Telephone:", r"Telephone: \d"),
        ("sparse", r"GP REPORTS", r"Printed:"),
        ("spelt-titles", r", Mrs", r", MRS"),
        ("dotted-titles", r", Mrs\.", r", MRS"),
        ("page-breaks", r"Screening Number: KXX", r"Number of reports"),
    ],
)
def test_a_profile_prints_its_own_way(tmp_path: Path, profile: str, has: str, lacks: str) -> None:
    text = reports(tmp_path, profile)
    assert re.search(has, text)
    assert not re.search(lacks, text)


def test_small_print_is_on_other_paper(tmp_path: Path) -> None:
    batch = make(tmp_path, profile="small-print", results=10)
    data = next(data for name, data in batch.inbox.items() if name.startswith("SIL"))
    document = pypdfium2.PdfDocument(data)
    assert document[0].get_size() == (612, 792)
    document.close()


@pytest.mark.parametrize(
    ("profile", "defect"),
    [
        ("old-codes", "practice_old_code"),
        ("merged-bundles", "practice_merged"),
        ("reprints", "batch_reprinted"),
    ],
)
def test_an_office_s_habits_are_noted_as_defects(tmp_path: Path, profile: str, defect: str) -> None:
    batch = make(tmp_path, profile=profile)
    assert set(batch.generated.defects) == {defect}
    assert 0.2 < batch.generated.defects[defect] / 120 < 0.8


def test_practices_get_the_profiles_in_turn(tmp_path: Path) -> None:
    batch = make(tmp_path, profiles=["standard", "one-a-page"])
    order = [practice["ods"] for practice in batch.practices]
    counted = {
        line["practice"]: any("Number of reports" in row for row in page_lines(batch.inbox[line["file"]])[0])
        for line in batch.truth
    }
    assert [counted[ods] for ods in order] == [False, True, False, True]
