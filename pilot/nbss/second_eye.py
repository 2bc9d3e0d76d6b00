"""A second reading of a print, from its picture: some pages are rendered and read by Tesseract, on another path.

The text of a PDF need not be what is drawn: a font may call its letters by other names, and then every record of
the file is wrong alike. So a few pages of each file are enough to see it. What the two readings must agree on is what
would be filed: the NHS numbers on the page, and how each episode ended.
"""

import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from pilot.domain.result import Rejected, RejectionReason, valid_nhs_number
from pilot.nbss.batch import FileReading
from pilot.nbss.pdf import Document

_DPI = 200
_SECONDS = 30
_NUMBER = re.compile(r"(?<!\d)(\d{3}) ?(\d{3}) ?(\d{4})(?!\d)")
# Letters only, as far as any office's page shows a headline; what Tesseract takes for one another counts as one.
_ALIKE = str.maketrans("LI1|", "IIII")
_HEADLINES = ("ROUTINERECA", "FURTHERATT", "TECHNICALRECA", "PARTIALMAMMO", "NOTSCREENED")


def seen_again(reading: FileReading, document: Document, pages: int) -> FileReading:
    """The reading of a report, with what the pictures of up to `pages` of its pages say of it.

    Which pages is drawn from the file's own hash. Where a picture says something else, nothing of the file is a
    result any more; where it cannot be read, or there is no Tesseract, `second_eye` says so.
    """
    with_results = sorted({result.provenance.page for result in reading.results})
    if not with_results or not pages:
        return reading
    if shutil.which("tesseract") is None:
        return replace(reading, second_eye="no second eye: tesseract is not installed here")
    read = [(result.provenance.page, result.lines) for result in reading.results]
    read += [(item.provenance.page, item.lines) for item in reading.rejected]
    agreed: list[str] = []
    unread: list[str] = []
    for page in _chosen(with_results, pages, reading.sha256):
        text = _text(document.picture(page, _DPI))
        lines = [line for where, record in read if where == page for line in record]
        if _differ(lines, text):
            return _stopped(reading, page)
        (agreed if _agree(lines, text) else unread).append(str(page))
    said = []
    if agreed:
        said.append(f"the picture of page {', '.join(agreed)} says the same")
    if unread:
        said.append(f"the second eye could not read page {', '.join(unread)}")
    return replace(reading, second_eye="; ".join(said))


def _chosen(pages: Sequence[int], number: int, sha256: str) -> list[int]:
    """So many of the pages, evenly spread from one that the file's hash names."""
    number = min(number, len(pages))
    start = int(sha256[:8] or "0", 16)
    return sorted({pages[(start + len(pages) * nth // number) % len(pages)] for nth in range(number)})


def _text(picture: bytes) -> str:
    """What Tesseract reads; nothing where it fails or takes too long."""
    command = ("tesseract", "stdin", "stdout", "--psm", "6", "--dpi", str(_DPI))
    try:
        done = subprocess.run(  # noqa: S603 - our own command
            command,
            input=picture,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace")


def _agree(lines: Sequence[str], text: str) -> bool:
    printed = "\n".join(lines)
    return _numbers(printed) <= _numbers(text) and not _headlines(printed) - _headlines(text)


def _differ(lines: Sequence[str], text: str) -> bool:
    """Whether the picture says what the text does not, and lacks what the text says: a slip of the eye only lacks."""
    printed = "\n".join(lines)
    numbers, seen = _numbers(printed), _numbers(text)
    headlines, shown = _headlines(printed), _headlines(text)
    return bool((seen - numbers and numbers - seen) or (shown - headlines and headlines - shown))


def _numbers(text: str) -> frozenset[str]:
    found = ("".join(match) for match in _NUMBER.findall(text))
    return frozenset(number for number in found if valid_nhs_number(number))


def _headlines(text: str) -> Counter[str]:
    letters = re.sub("[^A-Z|1]", "", text.upper()).translate(_ALIKE)
    return Counter({name: letters.count(name.translate(_ALIKE)) for name in _HEADLINES})


def _stopped(reading: FileReading, page: int) -> FileReading:
    detail = f"read from its picture, page {page} says something else than its text"
    stopped = tuple(
        Rejected(
            RejectionReason.SECOND_EYE_DIFFERS,
            detail,
            result.provenance,
            result.screening_number,
            result.participant.nhs_number,
            lines=result.lines,
        )
        for result in reading.results
    )
    return replace(
        reading,
        results=(),
        rejected=(*reading.rejected, *stopped),
        second_eye=f"the picture of page {page} differs",
    )
