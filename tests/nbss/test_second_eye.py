"""A second reading, from the picture of a page: what differs stops the file, what cannot be read is said."""

import io
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from pilot.domain.result import RejectionReason, valid_nhs_number
from pilot.nbss import Batch, FileReading, Limits, check
from pilot.nbss.recognise import read_bytes
from tests.nbss.drawing import draw
from tests.nbss.prints import Record, cover

LIMITS = Limits(second_eye_pages=1)
# Two valid numbers that a font which calls 7 and 8 by each other's names makes of one another.
DRAWN = next(
    number
    for number in map(str, range(9_990_000_013, 9_999_999_999))
    if valid_nhs_number(number)
    and valid_nhs_number(swapped := number.translate(str.maketrans("78", "87")))
    and swapped != number
)
READ = DRAWN.translate(str.maketrans("78", "87"))
RECORD = Record(
    nhs_number=f"{DRAWN[:3]} {DRAWN[3:6]} {DRAWN[6:]}", screening_number="KXX000002", address=("THE STREET",)
)

Tesseract = Callable[[str], None]


@pytest.fixture
def tesseract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tesseract:
    """A stand-in that reads what it is told to, first on the path."""

    def reads(text: str) -> None:
        command = tmp_path / "tesseract"
        (tmp_path / "said").write_text(text)
        command.write_text(f"#!/bin/sh\ncat >/dev/null\ncat {tmp_path}/said\n")
        command.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)

    return reads


def a_print() -> bytes:
    return draw([cover(), RECORD.rows], compress=True)


def with_a_lying_font(data: bytes) -> bytes:
    """The same picture, with fonts that call 7 and 8 by each other's names."""
    names = (
        b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> endcodespacerange "
    )
    every = b"".join(
        b"<%02X> <%04X>\n" % (code, {0x37: 0x38, 0x38: 0x37}.get(code, code)) for code in range(0x20, 0x7F)
    )
    with pikepdf.open(io.BytesIO(data)) as pdf:
        cmap = pdf.make_stream(names + b"95 beginbfchar\n" + every + b"endbfchar endcmap end end")
        for page in pdf.pages:
            for font in page.obj.Resources.Font.values():
                font.ToUnicode = cmap
        out = io.BytesIO()
        pdf.save(out, compress_streams=True)
    return out.getvalue()


def read(data: bytes, limits: Limits = LIMITS) -> FileReading:
    return read_bytes(data, "SIL.pdf", limits)


def test_where_the_picture_says_the_same_each_result_says_so(tesseract: Tesseract) -> None:
    tesseract("\n".join(RECORD.rows))
    reading = read(a_print())
    assert len(reading.results) == 1
    held = check(Batch((reading,))).held_against
    assert list(held.values()) == ["print only; the picture of page 2 says the same"]


@pytest.mark.parametrize(
    "seen",
    [
        "\n".join(RECORD.rows).replace("ROUTINE RECALL", "TECHNICAL RECALL"),
        f"NHS Number: {READ}\nSCREENED - ROUTINE RECALL",
    ],
    ids=["another outcome", "another number"],
)
def test_where_the_picture_says_something_else_nothing_of_the_file_is_sent(
    tesseract: Tesseract, seen: str
) -> None:
    tesseract(seen)
    reading = read(a_print())
    assert reading.results == ()
    assert [(item.reason, item.provenance.page) for item in reading.rejected] == [
        (RejectionReason.SECOND_EYE_DIFFERS, 2)
    ]
    assert reading.rejected[0].lines


@pytest.mark.parametrize("seen", ["", "SCREEMED - R0UT1NE RECALI", f"NHS Number: {DRAWN}"])
def test_what_the_second_eye_cannot_read_is_said_and_stops_nothing(tesseract: Tesseract, seen: str) -> None:
    tesseract(seen)
    reading = read(a_print())
    assert (len(reading.results), reading.second_eye) == (1, "the second eye could not read page 2")


def test_a_missing_second_eye_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert read(a_print()).second_eye == "no second eye: tesseract is not installed here"
    assert read(a_print(), Limits()).second_eye == ""


def test_as_many_pages_are_looked_at_as_asked_for(tesseract: Tesseract) -> None:
    tesseract("")
    records = [Record(screening_number=f"KXX00000{number}") for number in range(5)]
    data = draw([cover(), *(record.rows for record in records)], compress=True)
    told = read(data, Limits(second_eye_pages=3)).second_eye
    assert len(told.removeprefix("the second eye could not read page ").split(", ")) == 3


def test_the_text_of_a_lying_font_is_read_and_only_the_picture_shows_it() -> None:
    (result,) = read(with_a_lying_font(a_print()), Limits()).results
    assert result.participant.nhs_number == READ


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="Debian's tesseract-ocr is not installed here")
def test_tesseract_itself_tells_a_lying_font_from_an_honest_one() -> None:
    assert read(a_print()).second_eye == "the picture of page 2 says the same"
    (item,) = read(with_a_lying_font(a_print())).rejected
    assert (item.reason, item.nhs_number) == (RejectionReason.SECOND_EYE_DIFFERS, READ)
