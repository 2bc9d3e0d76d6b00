"""Rules for everything that is committed: whom it may name, where it may point, how long a file may grow."""

import re
import subprocess
import warnings
from functools import cache
from pathlib import Path

import pytest
from nhs_number.constants import REGION_RESERVED, REGION_SYNTHETIC, REGION_UNALLOCATED
from nhs_number.details import NhsNumber

ROOT = Path(__file__).parents[1]
OWN = Path(__file__).name
MAX_LINES = 400

_NOBODYS = (None, REGION_SYNTHETIC, REGION_RESERVED, REGION_UNALLOCATED)
# Ten digits in a row or in the printed groups of 3, 3 and 4; not a piece of a longer number, word or decimal.
_TEN_DIGITS = re.compile(r"(?<![\w.-])(\d{3}( ?)\d{3}\2\d{4})(?![\w-]|\.\d)")
# A package registry, or a place that exists on one machine only.
_ELSEWHERE = {
    "registry host": re.compile(r"pypi\.org|pythonhosted\.org|--(extra-)?index-url|npmjs\.(org|com)"),
    "path of a machine": re.compile(r"(?<![\w.}])(/(home|root|work|Users)/\w|[A-Z]:\\Users\\)"),
}

_CLOCK = re.compile(
    r"\b(now|utcnow|today|localtime|gmtime|time_ns)\((UTC|timezone\.utc|tz=.*)?\)|\btime\.time\(\)"
)
_NAMED_FILE = re.compile(
    r"`((?:docs|pilot|tests|simulators|generators|reports|features|benchmarks|requirements)/[\w./*-]+)"
)
_LINK = re.compile(r"\]\(([^)#:]+)\)")


def real_nhs_numbers(text: str) -> list[str]:
    """Valid NHS numbers that could be somebody's: neither kept for tests nor reserved, nor never given out."""
    found = (match[1].replace(" ", "") for match in _TEN_DIGITS.finditer(text))
    return [number for number in found if _could_be_somebodys(number)]


def _could_be_somebodys(number: str) -> bool:
    details = NhsNumber(number)
    return details.valid and details.region not in _NOBODYS


def elsewhere(text: str) -> list[str]:
    """What a text says that does not hold on another machine."""
    return [f"{what}: {match[0]}" for what, rule in _ELSEWHERE.items() for match in rule.finditer(text)]


@cache
def committed() -> dict[str, str]:
    """The text files that git knows, by path; binary ones are left out."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout: there is nothing committed to look at")
    texts = {}
    for name in filter(None, listed.stdout.decode().split("\0")):
        path = ROOT / name
        try:
            texts[name] = path.read_text("utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
    return texts


def test_no_committed_text_holds_a_nhs_number_that_could_be_real() -> None:
    assert {name: found for name, text in committed().items() if (found := real_nhs_numbers(text))} == {}


def test_no_committed_text_points_to_a_registry_or_into_one_machine() -> None:
    others = {name: text for name, text in committed().items() if not name.endswith(OWN)}
    assert {name: found for name, text in others.items() if (found := elsewhere(text))} == {}


def lost_pointers(document: str, text: str) -> list[str]:
    """What a document links to, or names in backticks as a file of ours, and is not there."""
    files = [path for path in _NAMED_FILE.findall(text) if not any(ROOT.glob(path))]
    links = [link for link in _LINK.findall(text) if not (ROOT / document).parent.joinpath(link).exists()]
    return files + links


def test_no_document_points_to_a_file_that_is_not_there() -> None:
    documents = {name: text for name, text in committed().items() if name.endswith(".md")}
    assert {name: lost for name, text in documents.items() if (lost := lost_pointers(name, text))} == {}


def clocks(source: str) -> list[str]:
    """Where a source asks the machine for the time of day."""
    return [match[0] for match in _CLOCK.finditer(source)]


@pytest.mark.parametrize("package", ["domain", "nbss", "coding", "messages", "pipeline"])
def test_the_pipeline_is_told_what_time_it_is(package: str) -> None:
    """Runs are in virtual time (docs/adr/0002): what reads the machine's clock would run in two times at once."""
    sources = {name: text for name, text in committed().items() if name.startswith(f"pilot/{package}/")}
    assert sources
    assert {name: found for name, text in sources.items() if (found := clocks(text))} == {}


@pytest.mark.parametrize(
    "source", ["datetime.now(UTC)", "date.today()", "time.time()", "dt.utcnow()", "time_ns()"]
)
def test_a_clock_would_be_seen(source: str) -> None:
    assert clocks(source)


def long_files(texts: dict[str, str]) -> dict[str, int]:
    """Python files past the length where the second noun should be looked for, with their lines."""
    lengths = {name: text.count("\n") for name, text in texts.items() if name.endswith(".py")}
    return {name: lines for name, lines in lengths.items() if lines > MAX_LINES}


def test_long_files_are_reported() -> None:
    """Told, not failed: where a file has one noun after all, people may keep it."""
    for name, lines in sorted(long_files(committed()).items()):
        warnings.warn(f"{name} has {lines} lines: look for the second noun past {MAX_LINES}", stacklevel=1)


def test_a_long_file_would_be_seen() -> None:
    texts = {"a.py": "\n" * 401, "b.py": "\n" * 400, "c.json": "\n" * 999}
    assert long_files(texts) == {"a.py": 401}


# Put together here, so that it stands nowhere: in the range in use, with a right check digit.
IN_USE = "400" + "000" + "0004"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"NHS Number: {IN_USE}", 1),
        (f"NHS Number: {IN_USE[:3]} {IN_USE[3:6]} {IN_USE[6:]}", 1),
        (f'"{IN_USE}".', 1),
        ("999 000 0018", 0),
        ("000 000 0000", 0),
        (IN_USE[:-1] + "5", 0),
        (f"0.{IN_USE}", 0),
        (f"{IN_USE}7", 0),
    ],
)
def test_a_number_that_could_be_real_would_be_seen(text: str, found: int) -> None:
    assert len(real_nhs_numbers(text)) == found


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("see `docs/hazard-log.md` and `tests/golden/*`", []),
        ("see [the log](hazard-log.md#hazards) and [elsewhere](https://example.org/x)", []),
        ("see `docs/nowhere.md`", ["docs/nowhere.md"]),
        ("see [it](nowhere.md)", ["nowhere.md"]),
    ],
)
def test_a_lost_pointer_would_be_seen(text: str, lost: list[str]) -> None:
    assert lost_pointers("docs/x.md", text) == lost


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://pypi.org/simple", 1),
        ("--index-url x", 1),
        ("cd /home/ann/pilot", 1),
        ('path = "/work/x"', 1),
        ("docs/work/x, https://example.org/home/x", 0),
    ],
)
def test_a_pointer_elsewhere_would_be_seen(text: str, found: int) -> None:
    assert len(elsewhere(text)) == found
