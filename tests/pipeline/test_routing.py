"""Which way a result goes: its own where that is open, else the other, and never both."""

from dataclasses import dataclass, field

import pytest

from pilot.messages import PAYLOADS
from pilot.pipeline.dispatch import Router, Way
from pilot.pipeline.entry import Route

CODED, PDF = PAYLOADS["coded"].workflow, PAYLOADS["mesh_pdf"].workflow


@dataclass
class Directory:
    """Who has a mailbox for what; remembers what it was asked."""

    known: dict[tuple[str, str], str]
    asked: list[tuple[str, str]] = field(default_factory=list)

    def lookup(self, ods_code: str, workflow: str) -> str | None:
        self.asked.append((ods_code, workflow))
        return self.known.get((ods_code, workflow))


BOTH = {("A91001", CODED): "M1", ("A91001", PDF): "M1", ("A91002", PDF): "M2"}


@pytest.mark.parametrize(
    ("practice", "route", "fallback", "barred", "way"),
    [
        ("A91001", Route.CODED, Route.PAPER, None, Way(Route.CODED, "M1")),
        ("A91002", Route.CODED, Route.PAPER, None, Way(Route.PAPER)),
        ("A91002", Route.CODED, Route.MESH_PDF, None, Way(Route.MESH_PDF, "M2")),
        ("A91003", Route.CODED, Route.MESH_PDF, None, None),
        ("A91003", Route.CODED, Route.PAPER, None, Way(Route.PAPER)),
        ("A91001", Route.CODED, Route.PAPER, Route.CODED, Way(Route.PAPER)),
        ("A91001", Route.CODED, Route.MESH_PDF, Route.CODED, Way(Route.MESH_PDF, "M1")),
        ("A91001", Route.MESH_PDF, Route.PAPER, None, Way(Route.MESH_PDF, "M1")),
        ("A91001", Route.MESH_PDF, Route.PAPER, Route.MESH_PDF, Way(Route.PAPER)),
        ("A91001", Route.CODED, Route.CODED, Route.CODED, None),
        ("A91001", Route.PAPER, Route.PAPER, None, Way(Route.PAPER)),
    ],
)
def test_the_first_way_that_is_open(
    practice: str, route: Route, fallback: Route, barred: Route | None, way: Way | None
) -> None:
    assert Router(Directory(BOTH), (route,), fallback).way(practice, barred) == way


ITK3 = PAYLOADS["itk3_document"].workflow


@pytest.mark.parametrize(
    ("barred", "way"),
    [
        (None, Way(Route.ITK3_DOCUMENT, "M4")),
        (Route.CODED, Way(Route.ITK3_DOCUMENT, "M4")),
        (Route.ITK3_DOCUMENT, Way(Route.PAPER)),
    ],
)
def test_several_ways_are_tried_in_order_and_none_that_was_refused_again(
    barred: Route | None, way: Way
) -> None:
    directory = Directory({("A91004", ITK3): "M4", ("A91004", PDF): "M4"})
    router = Router(directory, (Route.CODED, Route.ITK3_DOCUMENT), Route.PAPER)
    assert router.way("A91004", barred) == way


def test_a_practice_is_looked_up_once() -> None:
    directory = Directory(BOTH)
    router = Router(directory, (Route.CODED,), Route.PAPER)
    for _ in range(3):
        router.way("A91001")
        router.way("A91003")
    assert directory.asked == [("A91001", CODED), ("A91003", CODED)]


@pytest.mark.parametrize(
    ("route", "fallback", "way"),
    [
        (Route.CODED, Route.PAPER, Way(Route.PAPER)),
        (Route.CODED, Route.MESH_PDF, None),
        (Route.PAPER, Route.MESH_PDF, Way(Route.PAPER)),
    ],
)
def test_without_mesh_only_paper_is_left(route: Route, fallback: Route, way: Way | None) -> None:
    directory = Directory(BOTH)
    assert Router(directory, (route,), fallback).without_mesh() == way
    assert directory.asked == []


def test_a_practice_that_joins_later_gets_the_fallback_and_nobody_asks_for_its_mailbox() -> None:
    directory = Directory(BOTH)
    router = Router(directory, (Route.CODED,), Route.PAPER, not_yet={"A91001"})
    assert router.way("A91001") == Way(Route.PAPER)
    assert directory.asked == []
    by_pdf = Router(directory, (Route.CODED,), Route.MESH_PDF, not_yet={"A91001"})
    assert by_pdf.way("A91001") == Way(Route.MESH_PDF, "M1")
    assert by_pdf.way("A91001", Route.MESH_PDF) is None
