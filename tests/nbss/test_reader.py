"""Reading in worker processes: any bytes are a named rejection, and the other files of the batch go on."""

import gzip
import io
import os
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from pilot.domain.result import RejectionReason
from pilot.nbss import Batch, FileKind, FileReading, Limits, Reader, read_files
from tests.nbss.drawing import draw, picture_page, scanned_page
from tests.nbss.prints import Record, cover
from tests.nbss.stand_in_worker import COMMAND

GOOD = draw([[*cover(), *Record().rows]])
DIRECTORY = b"local_number,practice_code,name,closed_on,successor_code\n123,Z99001,THE SURGERY,,\n"
# The same report, compressed as most drivers do; then as a faulty disk or line leaves it, none of it moved.
COMPRESSED = draw([[*cover(), *Record().rows], Record(screening_number="KXX000002").rows], compress=True)
AT = COMPRESSED.rindex(b"endstream") - 200
ZEROED = COMPRESSED[:AT] + bytes(100) + COMPRESSED[AT + 100 :]
FLIPPED = COMPRESSED[:AT] + bytes([COMPRESSED[AT] ^ 1]) + COMPRESSED[AT + 1 :]


# Seconds for a file: what hangs never ends, so that only how long the test waits depends on it.
PATIENCE = {"hangs": 3.0, "dies": 60.0, "hungry": 60.0}


@pytest.fixture(scope="module")
def reader():
    with Reader() as held_open:
        yield held_open


def read(reader: Reader, folder: Path, **files: bytes) -> Batch:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return reader.read([folder])


def reason_of(reading: FileReading) -> RejectionReason:
    """The one reason for which nothing of a file is used."""
    (rejected,) = reading.rejected
    assert (rejected.provenance.page, rejected.provenance.record) == (0, 0)
    assert rejected.detail
    assert (reading.results, reading.letters, reading.kind) == ((), (), FileKind.UNKNOWN)
    return rejected.reason


def locked() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, encrypt=StandardEncryption("only the office knows"))
    canvas.drawString(100, 700, "NHS BREAST SCREENING PROGRAMME")
    canvas.save()
    return out.getvalue()


def other_text() -> bytes:
    return draw([["INVOICE", "Please pay within 30 days"]])


def padded(content: bytes, extra: int) -> bytes:
    """The same PDF with a comment behind its header: every offset in it is now wrong."""
    head, rest = content.split(b"\n", 1)
    return head + b"\n%" + b"x" * extra + b"\n" + rest


BAD = {
    "empty": (b"", RejectionReason.EMPTY_FILE),
    "only blanks": (b"\0\0 \r\n", RejectionReason.EMPTY_FILE),
    "not a PDF": (b"<html>502 Bad Gateway</html>", RejectionReason.NOT_A_PDF),
    "any bytes": (bytes(range(256)) * 40, RejectionReason.NOT_A_PDF),
    "cut short": (GOOD[: len(GOOD) // 2], RejectionReason.DAMAGED_FILE),
    "cut in the middle": (GOOD[:300] + GOOD[900:], RejectionReason.DAMAGED_FILE),
    "pushed apart": (padded(GOOD, 500), RejectionReason.DAMAGED_FILE),
    "a header and an end": (b"%PDF-1.4\nstartxref\n0\n%%EOF", RejectionReason.DAMAGED_FILE),
    "a stretch of zeros": (ZEROED, RejectionReason.DAMAGED_FILE),
    "a byte of a page wrong": (FLIPPED, RejectionReason.DAMAGED_FILE),
    "locked": (locked(), RejectionReason.DAMAGED_FILE),
    "pictures only": (picture_page(), RejectionReason.IMAGE_ONLY_PAGE),
    "a scan with guessed text": (scanned_page([*cover(), *Record().rows]), RejectionReason.IMAGE_ONLY_PAGE),
    "something else": (other_text(), RejectionReason.NOT_RECOGNISED),
    "an archive cut short": (gzip.compress(DIRECTORY)[:-9], RejectionReason.DAMAGED_FILE),
    "an archive of nothing known": (gzip.compress(b"a,b\n1,2\n"), RejectionReason.NOT_A_PDF),
}


@pytest.mark.parametrize(("content", "reason"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_read_is_named_and_the_rest_goes_on(reader, tmp_path, content, reason):
    bad, good = read(reader, tmp_path, **{"a.pdf": content, "b.pdf": GOOD}).files
    assert reason_of(bad) is reason
    assert (good.kind, len(good.results), good.rejected) == (FileKind.SIL, 1, ())


def test_a_locked_pdf_says_that_it_is_locked(reader, tmp_path):
    (reading,) = read(reader, tmp_path, **{"a.pdf": locked()}).files
    assert "password" in reading.rejected[0].detail


def test_an_unknown_file_that_claims_nothing_is_not_recognised(reader, tmp_path):
    (reading,) = read(reader, tmp_path, notes=b"hello").files
    assert reason_of(reading) is RejectionReason.NOT_RECOGNISED


def test_a_file_goes_by_its_content_and_not_by_its_name(reader, tmp_path):
    report, directory = read(reader, tmp_path, **{"a.csv": GOOD, "b.pdf": DIRECTORY}).files
    assert (report.kind, directory.kind) == (FileKind.SIL, FileKind.PRACTICE_DIRECTORY)
    assert directory.directory[0].practice == "Z99001"


def test_a_missing_file_a_folder_and_a_pipe_are_named(reader, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "b.pdf").write_bytes(GOOD)
    (tmp_path / ".hidden").write_bytes(b"the system's own")
    gone, pipe, inner = reader.read([tmp_path / "gone.pdf", tmp_path / "pipe", tmp_path]).files
    assert reason_of(gone) is RejectionReason.DAMAGED_FILE
    assert reason_of(pipe) is RejectionReason.NOT_RECOGNISED
    assert inner.kind is FileKind.SIL


def test_files_of_one_name_keep_apart(reader, tmp_path):
    for folder in ("monday", "tuesday"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "SIL.pdf").write_bytes(GOOD)
    first, second = reader.read([tmp_path]).files
    assert first.results[0].provenance != second.results[0].provenance
    assert first.sha256 == second.sha256


def test_a_file_past_the_size_limits_is_not_opened(tmp_path):
    with Reader(Limits(file_bytes=len(GOOD), pages=1, expanded_bytes=10_000)) as small:
        bomb = gzip.compress(DIRECTORY + b"\n" * 1_000_000)
        two_pages = draw([["A"], ["B"]])
        assert len(bomb) < len(GOOD)
        large, archive, pages, good = read(
            small, tmp_path, **{"a.pdf": GOOD + b" ", "b.gz": bomb, "c.pdf": two_pages, "d.pdf": GOOD}
        ).files
    assert [reason_of(file) for file in (large, archive, pages)] == [RejectionReason.TOO_LARGE] * 3
    assert good.kind is FileKind.SIL


TROUBLES = {
    "hangs": (RejectionReason.TOOK_TOO_LONG, "took longer than"),
    "dies": (RejectionReason.READER_STOPPED, "was stopped"),
    "hungry": (RejectionReason.READER_STOPPED, "needs more memory"),
}


@pytest.mark.parametrize(("trouble", "reason", "words"), [(name, *said) for name, said in TROUBLES.items()])
def test_a_file_that_stops_every_worker_is_left_and_the_rest_goes_on(tmp_path, trouble, reason, words):
    with Reader(Limits(seconds=PATIENCE[trouble]), command=COMMAND) as reader:
        stopped, good = read(reader, tmp_path, **{f"{trouble}-9-a.pdf": GOOD, "later.pdf": GOOD}).files
    assert reason_of(stopped) is reason
    assert words in stopped.rejected[0].detail
    assert not stopped.read_through
    assert stopped.sha256 == good.sha256
    assert good.kind is FileKind.SIL


@pytest.mark.parametrize("trouble", TROUBLES)
def test_one_death_of_the_reader_costs_no_file(tmp_path, trouble):
    with Reader(Limits(seconds=PATIENCE[trouble]), command=COMMAND) as reader:
        (reading,) = read(reader, tmp_path, **{f"{trouble}-1-a.pdf": GOOD}).files
    assert (reading.kind, len(reading.results), reading.rejected) == (FileKind.SIL, 1, ())
    assert reading.read_through


def swollen() -> bytes:
    """A PDF whose one page's content expands to 400 MB."""
    content = zlib.compress(bytes(400_000_000), 1)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(content), content),
    ]
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % at for at in offsets)
    out += b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % table
    return bytes(out)


def test_a_compressed_report_is_whole(reader, tmp_path):
    (reading,) = read(reader, tmp_path, **{"a.pdf": COMPRESSED}).files
    assert (len(reading.results), reading.rejected) == (2, ())


def test_a_pdf_that_expands_past_the_limit_is_not_laid_out(tmp_path):
    with Reader(Limits(expanded_bytes=1_000_000)) as small:
        fat, good = read(small, tmp_path, **{"a.pdf": swollen(), "b.pdf": GOOD}).files
    assert reason_of(fat) is RejectionReason.TOO_LARGE
    assert good.kind is FileKind.SIL


def test_a_file_that_eats_the_workers_memory_costs_itself_only(tmp_path):
    with Reader(replace(Limits(), memory_bytes=300 * 1024 * 1024)) as lean:
        fat, good = read(lean, tmp_path, **{"a.pdf": swollen(), "b.pdf": GOOD}).files
    assert reason_of(fat) is RejectionReason.READER_STOPPED
    assert good.kind is FileKind.SIL


def test_several_workers_give_what_one_gives(tmp_path):
    for number in range(6):
        record = Record(screening_number=f"KXX00000{number}")
        (tmp_path / f"{number}.pdf").write_bytes(draw([[*cover(), *record.rows]]))
    assert read_files([tmp_path], workers=2) == read_files([tmp_path])


def test_a_reader_that_was_closed_starts_again(tmp_path):
    (tmp_path / "a.pdf").write_bytes(GOOD)
    reader = Reader()
    first = reader.read([tmp_path])
    reader.close()
    assert reader.read([tmp_path]) == first
    reader.close()


def test_no_worker_makes_no_reader():
    with pytest.raises(ValueError, match="worker"):
        Reader(workers=0)
