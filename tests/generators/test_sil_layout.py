"""The report's layout, held against the two published sample pictures, read back by PDFium and by poppler."""

import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from generators.people.people import Office
from generators.prints.case import ShownRecord
from generators.prints.page import A4, PROFILES, Layout, Page, write_pdf
from generators.prints.sil import PracticePrint, record, report
from tests.generators.grid import page_lines

GOLDEN = Path(__file__).parents[1] / "golden" / "generators"

# The pictures' test records; their names are masked there and invented here, as is the one telephone number.
KETTERING = Office(
    "Kettering",
    "KKE",
    ("BREAST SCREENING", "KETTERING GENERAL HOSPITAL", "ROTHWELL ROAD", "KETTERING,NORTHANTS", "NN16 8UZ"),
    "01536 519289",
)
RECALL = ShownRecord(
    "KKE049564", "9994334999", "SAMPLE", "ANNA", "MISS", date(1970, 8, 1), 54,
    ("5 FRANCIS ROAD", "WEATHERINGTON", "CT1 4BW"), "", "recall_for_assessment", date(2022, 10, 10), "R",
)  # fmt: skip
NORMAL = ShownRecord(
    "KKE049443", "111", "SAMPLE", "BERTHA", "MISS", date(1951, 5, 4), 73,
    ("1 THE STREET", "WC2"), "02079460555", "normal", date(2009, 2, 19), "R",
)  # fmt: skip
NOT_SCREENED = ShownRecord(
    "KKE050548", "9998228999", "SAMPLE", "CLARA", "MRS", date(1970, 8, 1), 54,
    ("12 BLUE RIDGE ROAD", "FEATHERING", "TN23 5UP"), "", "did_not_attend", date(2022, 10, 10), "R",
)  # fmt: skip
NOT_SCREENED_EITHER = ShownRecord(
    "KKE050549", "9996556999", "SAMPLE", "DORA", "MISS", date(1970, 8, 1), 54,
    ("12 RIDGE ROAD", "FEATHERING", "TN23 5UP"), "", "did_not_attend", date(2022, 10, 10), "R",
)  # fmt: skip


def golden(name: str) -> list[str]:
    return (GOLDEN / name).read_text("utf-8").splitlines()


def printed(entries: tuple[ShownRecord, ...], layout: Layout = PROFILES["standard"].layout) -> bytes:
    sheaf = PracticePrint("KETTERING", KETTERING.address, "123", entries)
    laid_out = report(KETTERING, date(2025, 1, 15), (sheaf,), layout)
    return write_pdf(list(laid_out.pages), layout.paper, "GP REPORTS")


def test_the_cover_and_the_first_record_are_laid_out_as_in_the_picture() -> None:
    assert page_lines(printed((RECALL,))) == [golden("sample-cover-and-recall.txt")]


def test_two_records_share_a_page_as_in_the_picture() -> None:
    assert page_lines(printed((RECALL, NOT_SCREENED, NOT_SCREENED_EITHER)))[1:] == [
        golden("sample-did-not-attend.txt")
    ]


def test_a_record_alone_on_its_page_is_laid_out_as_in_the_picture() -> None:
    data = write_pdf([Page(record(KETTERING, NORMAL, PROFILES["standard"].layout))], A4, "GP REPORTS")
    assert page_lines(data) == [golden("sample-normal.txt")]


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")
def test_poppler_reads_the_same_words_in_the_same_order(tmp_path: Path) -> None:
    file = tmp_path / "report.pdf"
    file.write_bytes(printed((RECALL, NOT_SCREENED, NOT_SCREENED_EITHER)))
    done = subprocess.run(["pdftotext", "-fixed", "6", file, "-"], capture_output=True, check=True, text=True)
    ours = "\n".join(line for page in page_lines(file.read_bytes()) for line in page)
    # Wide type is one blank a character to us and any number to poppler: compare what is not blank.
    assert [
        line.replace(" ", "") for line in done.stdout.replace("\f", "\n").split("\n") if line.strip()
    ] == [line.replace(" ", "") for line in ours.split("\n") if line.strip()]


def test_an_office_of_one_a_page_prints_the_cover_alone_and_counts_its_records() -> None:
    pages = page_lines(printed((RECALL, NOT_SCREENED), PROFILES["one-a-page"].layout))
    assert [page[0].split()[-1] for page in pages] == ["25", "KETTERING", "KETTERING"]
    assert "Number of reports: 2" in pages[0]


def test_a_page_break_may_fall_inside_a_record_and_nothing_of_it_is_lost() -> None:
    layout = PROFILES["page-breaks"].layout
    entries = (RECALL, NOT_SCREENED, NOT_SCREENED_EITHER, NORMAL) * 3
    sheaf = PracticePrint("KETTERING", KETTERING.address, "123", entries)
    laid_out = report(KETTERING, date(2025, 1, 15), (sheaf,), layout)
    assert any(place.page < place.last_page for place in laid_out.places)
    lines = [line for page in page_lines(printed(entries, layout)) for line in page]
    assert sum(line.startswith("Screening Number:") for line in lines) == 12
    assert sum(line.startswith(("N O T   S", "S C R E E N E D   -")) for line in lines) == 12


def test_each_record_says_where_it_stands() -> None:
    entries = (RECALL, NOT_SCREENED, NORMAL, NOT_SCREENED_EITHER)
    for profile in ("standard", "one-a-page", "page-breaks"):
        layout = PROFILES[profile].layout
        sheaf = PracticePrint("KETTERING", KETTERING.address, "123", entries)
        laid_out = report(KETTERING, date(2025, 1, 15), (sheaf,), layout)
        pages = page_lines(printed(entries, layout))
        for entry, place in zip(entries, laid_out.places, strict=True):
            begins = [
                n
                for n, line in enumerate(pages[place.page - 1])
                if line.endswith("KETTERING") and line.startswith("NHS")
            ]
            here = begins[place.record - 1]
            below = pages[place.page - 1][here:] + [line for page in pages[place.page :] for line in page]
            first_number = next(line for line in below if line.startswith("Screening Number"))
            assert entry.screening_number in first_number


def test_a_second_cover_starts_a_page() -> None:
    sheaves = (
        PracticePrint("OWN", KETTERING.address, "123", (RECALL, NOT_SCREENED)),
        PracticePrint("FORMER", KETTERING.address, "124", (NORMAL,)),
    )
    laid_out = report(KETTERING, date(2025, 1, 15), sheaves, PROFILES["standard"].layout)
    pages = page_lines(write_pdf(list(laid_out.pages), A4, "GP REPORTS"))
    assert [any("GP REPORTS" in line for line in page[:1]) for page in pages] == [True, False, True]
    assert [(place.page, place.record) for place in laid_out.places] == [(1, 1), (2, 1), (3, 1)]


@pytest.mark.parametrize(
    ("profile", "length"), [("standard", 45), ("headline-overrun", 48), ("headline-short", 32)]
)
def test_a_headline_ends_where_the_office_ends_it(profile: str, length: int) -> None:
    headline = "SCREENED - WILL BE INVITED FOR FURTHER ATTENTION"
    pages = page_lines(printed((RECALL,), PROFILES[profile].layout))
    line = next(line for line in pages[0] if line.startswith("S C R E E N E D"))
    assert line[::2].rstrip() == headline[:length].rstrip()


def test_letters_that_courier_lacks_stand_on_the_same_grid() -> None:
    layout = PROFILES["standard"].layout
    name = "ŁUCZAK-ŞAHİN"
    lines = page_lines(printed((ShownRecord(**{**_fields(NORMAL), "surname": name}),), layout))[0]
    assert f"{name}, BERTHA, MISS" in lines


def _fields(entry: ShownRecord) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in ShownRecord.__slots__}
