"""The page a practice can show: the record as printed, whole, on one A4 page."""

from dataclasses import replace

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilot.domain.outcome import Outcome
from pilot.messages.pdf_page import courier, pdf_page
from tests.printed_records import example


def shown(page: bytes) -> list[str]:
    """The words of the document's only page, a line each."""
    document = pypdfium2.PdfDocument(page)
    assert len(document) == 1
    assert [round(side) for side in document[0].get_size()] == [595, 842]
    return [" ".join(line.split()) for line in document[0].get_textpage().get_text_range().splitlines()]


@pytest.mark.parametrize("outcome", Outcome)
def test_every_printed_line_is_on_the_page(outcome: Outcome) -> None:
    result = example(outcome)
    expected = [" ".join(courier(line).split()) for line in result.lines if line.strip()]
    assert [line for line in shown(pdf_page(result)) if line] == expected


def test_the_same_record_gives_the_same_bytes_whenever_it_is_printed() -> None:
    page = pdf_page(example(Outcome.NORMAL))
    assert pdf_page(example(Outcome.NORMAL)) == page
    dates = pypdfium2.PdfDocument(page).get_metadata_dict()
    assert dates["CreationDate"] == dates["ModDate"] == "D:20000101000000+00'00'"


def test_a_long_record_is_made_smaller_never_cut() -> None:
    lines = tuple(f"line {n} " + "x" * 200 for n in range(200))
    page = pdf_page(replace(example(Outcome.NORMAL), lines=lines))
    document = pypdfium2.PdfDocument(page)
    text = document[0].get_textpage()
    width, height = document[0].get_size()
    boxes = [text.get_charbox(index) for index in range(text.count_chars())]
    assert shown(page)[-1].startswith("line 199")
    assert all(
        0 <= left <= right <= width and 0 <= bottom <= top <= height for left, bottom, right, top in boxes
    )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(max_size=120), min_size=1, max_size=100).filter(lambda ls: any(x.strip() for x in ls))
)
def test_any_lines_make_one_page(lines: list[str]) -> None:
    shown(pdf_page(replace(example(Outcome.NORMAL), lines=tuple(lines))))


def test_a_result_without_its_print_has_no_page() -> None:
    with pytest.raises(ValueError, match="without its print"):
        pdf_page(replace(example(Outcome.NORMAL), lines=("", "  ")))


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        ("O'NEIL", "O'NEIL"),
        ("ZOË", "ZOË"),
        ("O\u2019NEIL", "O\u2019NEIL"),
        ("ŞAHİN", "SAHIN"),
        ("ŁUCJA", "?UCJA"),
        ("李", "?"),
        ("A\tB\x1b[31m", "A B [31m"),
    ],
)
def test_what_courier_cannot_show_is_marked_and_keeps_its_column(line: str, printed: str) -> None:
    assert courier(line) == printed
