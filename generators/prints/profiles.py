"""How different offices' prints differ, and what their habits do to a batch. Named, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from generators.prints.page import A4, Paper

LABELS = (
    "Screening Number", "NHS Number", "Address", "Telephone", "Date of Birth", "Age", "Screened on",
    "Mammography on", "Opinion",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layout:
    """How a SIL record is set.

    `headline`: `cut` ends it in the text at the page's edge, `overrun` lets it run off the page,
    `short` ends it at 32 characters. `breaks` lets a record run over the end of a page of `page_rows` rows.
    """

    records_a_page: Literal[1, 2] = 2
    labels: Mapping[str, str] = field(default_factory=dict)
    headline: Literal["cut", "overrun", "short"] = "cut"
    titles: Literal["upper", "mixed", "dotted"] = "upper"
    telephone: bool = True
    printed_date: bool = True
    count_on_cover: bool = False
    date_format: str = "%d-%b-%Y"
    breaks: bool = False
    page_rows: int = 60
    paper: Paper = A4

    def label(self, name: str) -> str:
        return self.labels.get(name, name)


@dataclass(frozen=True, slots=True)
class Profile:
    """One office's ways: its layout, whether its extracts are gzipped, and the defects its habits cause."""

    name: str
    layout: Layout
    gzipped: bool = False
    defects: Mapping[str, float] = field(default_factory=dict)


_SHORT_LABELS = MappingProxyType(
    {
        "Screening Number": "Screening No",
        "NHS Number": "NHS No",
        "Date of Birth": "D.O.B.",
        "Telephone": "Tel. No",
        "Screened on": "Date screened",
        "Opinion": "Result",
    }
)
_SMALL_PRINT = Paper(width=612.0, height=792.0, left=40.0, top=50.0, column=5.4, row=10.6, size=9.0)

PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile("standard", Layout()),
        Profile("one-a-page", Layout(records_a_page=1, count_on_cover=True), gzipped=True),
        Profile("short-labels", Layout(labels=_SHORT_LABELS, date_format="%d/%m/%Y")),
        Profile("small-print", Layout(paper=_SMALL_PRINT), gzipped=True),
        Profile("headline-overrun", Layout(headline="overrun")),
        Profile("headline-short", Layout(headline="short")),
        Profile("sparse", Layout(telephone=False, printed_date=False)),
        Profile("spelt-titles", Layout(titles="mixed")),
        Profile("dotted-titles", Layout(titles="dotted", count_on_cover=True)),
        Profile("page-breaks", Layout(breaks=True)),
        Profile("old-codes", Layout(), defects=MappingProxyType({"practice_old_code": 0.5})),
        Profile("merged-bundles", Layout(), defects=MappingProxyType({"practice_merged": 0.5})),
        Profile("reprints", Layout(), defects=MappingProxyType({"batch_reprinted": 0.5})),
    )
}
