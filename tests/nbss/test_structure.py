"""A PDF whose structure is spoilt: PDFium mends it and leaves records out without a word, so it is refused whole."""

import io
import re

import pikepdf
import pytest

from pilot.domain.result import RejectionReason
from pilot.nbss import FileReading, Limits
from pilot.nbss.recognise import read_bytes
from tests.nbss.drawing import draw
from tests.nbss.prints import Record, cover

RECORDS = [Record(screening_number=f"KXX00000{number}") for number in range(4)]
WHOLE = draw([cover(), *(record.rows for record in RECORDS)], compress=False)


def read(data: bytes) -> FileReading:
    return read_bytes(data, "SIL.pdf", Limits())


def contents(data: bytes) -> list[bytes]:
    """What each page's object says of its contents, in order."""
    return re.findall(rb"/Contents \d+ 0 R", data)


def of_another_page(data: bytes) -> bytes:
    """One digit is spoilt: a page shows what the page before it shows."""
    before, spoilt = contents(data)[2:4]
    assert len(before) == len(spoilt)
    return data.replace(spoilt, before)


def of_no_page(data: bytes) -> bytes:
    return data.replace(contents(data)[3], b"/Contents  1 0 R")


def without_its_beginning(data: bytes) -> bytes:
    """Zeroes over the words that begin the third page's stream, as a bad block of a disk leaves them."""
    starts = [match.start() for match in re.finditer(rb"<<[^<>]*/Length", data)]
    return data[: starts[2]] + bytes(8) + data[starts[2] + 8 :]


def moved(data: bytes) -> bytes:
    """A stretch with the end of an object in it stands 300 bytes further on; nothing is added or lost."""
    at = data.index(b"endobj", len(data) // 2) - 100
    return data[:at] + data[at + 200 : at + 500] + data[at : at + 200] + data[at + 500 :]


def test_a_whole_file_is_read() -> None:
    reading = read(WHOLE)
    assert [result.screening_number for result in reading.results] == [
        each.screening_number for each in RECORDS
    ]


@pytest.mark.parametrize("spoilt", [of_another_page, of_no_page, without_its_beginning, moved])
def test_a_spoilt_structure_is_refused_whole(spoilt) -> None:
    data = spoilt(WHOLE)
    assert len(data) == len(WHOLE)
    assert data != WHOLE
    reading = read(data)
    assert reading.results == ()
    assert [item.reason for item in reading.rejected] == [RejectionReason.DAMAGED_FILE]


def with_ink(subtype: str, *, on_page: int) -> bytes:
    """The print with a link or popup that paints a bar of its own; its last page is blank."""
    with pikepdf.open(io.BytesIO(draw([cover(), RECORDS[0].rows, ()], compress=True))) as pdf:
        ink = pdf.make_stream(b"0 0 0 rg 0 0 100 50 re f")
        ink.Type, ink.Subtype, ink.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, [0, 0, 100, 50]
        note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name(f"/{subtype}"), F=4)
        note.Rect, note.AP = [50, 50, 300, 200], pikepdf.Dictionary(N=ink)
        pdf.pages[on_page - 1].obj.Annots = [pdf.make_indirect(note)]
        out = io.BytesIO()
        pdf.save(out, compress_streams=True)
    return out.getvalue()


@pytest.mark.parametrize("subtype", ["Link", "Popup"])
@pytest.mark.parametrize("page", [2, 3])
def test_a_link_that_paints_something_stops_its_page(subtype: str, page: int) -> None:
    stopped = read(with_ink(subtype, on_page=page)).rejected
    assert {(item.reason, item.provenance.page) for item in stopped} == {
        (RejectionReason.IMAGE_ONLY_PAGE, page)
    }


def test_a_page_without_text_is_blank_only_where_its_picture_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever paints and is no object of the page: here a note that the list of notes does not tell of."""
    monkeypatch.setattr("pilot.nbss.pdf._has_notes", lambda _: False)
    (stopped,) = read(with_ink("Link", on_page=3)).rejected
    assert (stopped.provenance.page, "picture is not blank" in stopped.detail) == (3, True)
    assert read(draw([cover(), RECORDS[0].rows, ()], compress=True)).rejected == ()
