"""Any bytes, any characters anywhere, any rows: always an answer, never a fault of ours, nothing made up."""

import csv
import gzip
import io
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pilot.domain.result import RejectionReason
from pilot.nbss import Batch, FileReading, Limits, Reader, check, preview, remember
from pilot.nbss.grid import lines_of
from pilot.nbss.known import Known
from pilot.nbss.pdf import Page
from pilot.nbss.recognise import read_file
from pilot.nbss.sil import read_report
from pilot.nbss.smsta import read_letters
from tests.nbss.drawing import draw
from tests.nbss.prints import DNA, HEADING, RECALL, Record, cover
from tests.nbss.test_extracts import DIRECTORY, EPISODE, SUBJECT, episode

RECORDS = (
    Record("FIELD, FLORA, MRS", "KXX000001", "999 000 0018"),
    Record("HILL, HELEN, MISS", "KXX000002", "999 000 0026", ending=DNA),
    Record("RIDGE, ROSE, MS", "KXX000003", "999 000 0034", ending=RECALL),
)
ROWS = [*cover(count=3), *(row for record in RECORDS for row in record.rows)]
PDF = draw([ROWS[:40], ROWS[40:]])
COMPRESSED = draw([ROWS[:40], ROWS[40:]], compress=True)
PAGES_AT = [
    (found.end(), COMPRESSED.index(b"~>", found.end()))
    for found in re.finditer(rb">>\s*stream\r?\n", COMPRESSED)
]
CSV = "\n".join([EPISODE, episode(), episode(episode_id="7002", end_code="SC"), ""]).encode()


@st.composite
def mutated(draw, original: bytes) -> bytes:
    """The original with a few stretches overwritten, left out, repeated or swapped."""
    content = bytearray(original)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(content) - 1)))
        length = draw(st.integers(1, 60))
        match draw(st.sampled_from(["overwrite", "leave out", "repeat", "end"])):
            case "overwrite":
                content[at : at + length] = draw(st.binary(min_size=1, max_size=length))
            case "leave out":
                del content[at : at + length]
            case "repeat":
                content[at:at] = content[at : at + length]
            case "end":
                del content[at:]
    return bytes(content)


@pytest.fixture(scope="module")
def reader():
    with Reader(Limits(seconds=20)) as held_open:
        yield held_open


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def answer(reader: Reader, path: Path, content: bytes) -> FileReading:
    (reading,) = reader.read([write(path, content)]).files
    assert not any("report it to us" in item.detail for item in reading.rejected)
    return reading


def everything_works_on(reading: FileReading) -> None:
    batch = Batch((reading,))
    checked = check(batch)
    shown = preview(batch, checked)["files"][0]
    assert len(shown["results"]) == len(checked.fit)
    assert len(shown["rejected"]) == len(checked.rejected) + len(checked.disputed)
    remember(Known(), batch, checked)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=mutated(PDF))
def test_a_mutated_pdf_gives_an_answer(reader, tmp_path, content):
    reading = answer(reader, tmp_path / "a.pdf", content)
    assert reading.results or reading.rejected
    everything_works_on(reading)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_report_spoilt_anywhere_within_a_page_is_not_used(reader, tmp_path, data):
    """PDFium would show what it can still make out, without a word of the rest."""
    begin, end = data.draw(st.sampled_from(PAGES_AT))
    end -= 5  # the last group of ASCII85 has bits to spare
    at = data.draw(st.integers(begin, end - 1))
    spoilt = data.draw(st.binary(min_size=1, max_size=min(40, end - at)))
    content = COMPRESSED[:at] + spoilt + COMPRESSED[at + len(spoilt) :]
    assume(content != COMPRESSED)
    reading = answer(reader, tmp_path / "a.pdf", content)
    assert [item.reason for item in reading.rejected] == [RejectionReason.DAMAGED_FILE]
    assert reading.results == ()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(st.binary(max_size=2000), st.binary(max_size=500).map(lambda tail: PDF[:700] + tail))
)
def test_random_bytes_give_an_answer(reader, tmp_path, content):
    reading = answer(reader, tmp_path / "a.pdf", content)
    assert reading.rejected
    assert reading.results == ()


@given(content=st.one_of(mutated(CSV), mutated(gzip.compress(CSV, mtime=0)), st.binary(max_size=300)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_mutated_extract_gives_an_answer(tmp_path, content):
    (tmp_path / "a.csv").write_bytes(content)
    everything_works_on(read_file(tmp_path / "a.csv", "a.csv", Limits()))


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["9990000018", "SC", "R", "RR", "FP", "2026-02-19", "2026-02-20 16:00:00+00", "Z99001", "123"]
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    header=st.sampled_from([EPISODE, SUBJECT, DIRECTORY]),
    rows=st.lists(st.lists(CELLS, max_size=18), max_size=8),
)
def test_any_cells_are_read_or_named(tmp_path, header, rows):
    out = io.StringIO()
    csv.writer(out).writerows([header.split(","), *rows])
    (tmp_path / "a.csv").write_bytes(out.getvalue().encode("utf-8", "surrogatepass"))
    reading = read_file(tmp_path / "a.csv", "a.csv", Limits())
    whole = len(reading.episodes) + len(reading.subjects) + len(reading.directory)
    assert whole + len(reading.rejected) <= max(len(rows), 1)
    everything_works_on(reading)


GLYPHS = st.tuples(
    st.floats(-50, 700),
    st.floats(0.1, 30),
    st.floats(-50, 900),
    st.floats(0.1, 30),
    st.characters(codec="utf-16"),
).map(lambda box: (box[0], box[0] + box[1], box[2], box[2] + box[3], box[4]))


@given(st.lists(GLYPHS, max_size=60))
def test_characters_anywhere_on_a_page_are_all_kept_or_marked(glyphs):
    lines = lines_of(glyphs)
    assert all(line.strip() or any(char.isspace() for *_, char in glyphs) for line in lines)
    assert sum(len(line) for line in lines) >= (1 if glyphs else 0)


@st.composite
def shuffled_print(draw) -> list[list[str]]:
    """Rows of a real print, some left out, doubled, moved or of other people's records, cut into pages anywhere."""
    rows = draw(st.lists(st.one_of(st.sampled_from(ROWS), st.text(max_size=30)), max_size=30))
    start = draw(st.integers(0, len(ROWS)))
    rows = [*ROWS[:start], *rows, *ROWS[start + draw(st.integers(0, 10)) :]]
    at = sorted(draw(st.lists(st.integers(0, len(rows)), max_size=3)))
    return [rows[begin:end] for begin, end in zip([0, *at], [*at, len(rows)], strict=True)]


@settings(max_examples=200)
@given(shuffled_print())
def test_a_result_is_made_of_rows_that_stand_together_and_name_one_person(pages):
    drawn = [
        Page(n, tuple(row for row in rows if row.strip()), bool(rows)) for n, rows in enumerate(pages, 1)
    ]
    printed = [row for page in drawn for row in page.lines]
    report = read_report(drawn, "SIL.pdf")
    for result in report.results:
        rows = list(result.lines)
        assert any(printed[at : at + len(rows)] == rows for at in range(len(printed)))
        assert sum(row == HEADING for row in rows) <= (rows[0] == HEADING)
        assert len({row for row in rows if "Screening Number:" in row}) == 1
        assert len({row for row in rows if "NHS Number:" in row}) == 1
        assert result.participant.nhs_number in "".join(rows).replace(" ", "")
    letters, rejected = read_letters(drawn, "SIL.pdf")
    assert len(letters) + len(rejected) == sum(bool(page.lines) or page.drawn for page in drawn)
