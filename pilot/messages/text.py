"""Text made fit for where it goes: FHIR strings, a Courier page, a terminal."""

import re
import unicodedata

# FHIR strings hold no control characters but tab, CR and LF; a terminal must not be driven by what came in.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def plain(text: str) -> str:
    """One line without control or direction characters, runs of white space made one."""
    return " ".join(_CONTROL.sub(" ", text).split())


def courier(line: str) -> str:
    """The line in characters that Courier (WinAnsi) has: base letters for accents beyond it, else `?`.

    Columns are kept: one character for one. The name as it was read travels in the message's own Patient.
    """
    line = _CONTROL.sub(" ", line)
    return line if line.isascii() else "".join(map(_courier_character, line))


def _courier_character(character: str) -> str:
    for candidate in (character, unicodedata.normalize("NFKD", character)[0]):
        try:
            candidate.encode("cp1252")
        except UnicodeEncodeError:
            continue
        return candidate
    return "?"
