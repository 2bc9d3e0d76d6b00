"""NBSS's appointment file (NBSSAPPT), which an office's mailbox holds beside the extracts: not a result.

Records and fields as the tests of NHSDigital/dtos-service-layer have them: quoted, parted by `|`, a header with the
number of the transfer and of the rows, one line of field names, the rows, an end. It says that she was seen or
not, never what was found.
"""

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from generators.case import Case
from generators.extract_files import ExtractFile
from generators.office import Office
from generators.outcomes import CLOSINGS

FIELDS = (
    "Sequence", "BSO", "Action", "Clinic Code", "Holding Clinic", "Status", "Attended Not Scr", "Appointment ID",
    "NHS Num", "Epsiode Type", "Episode Start", "BatchID", "Screen or Asses", "Screen Appt num", "Booked By",
    "Cancelled By", "Appt Date", "Appt Time", "Location", "Clinic Name", "Clinic Name (Let)", "Clinic Address 1",
    "Clinic Address 2", "Clinic Address 3", "Clinic Address 4", "Clinic Address 5", "Postcode", "Action Timestamp",
)  # fmt: skip
"""`Epsiode` is NBSS's own spelling."""

_ATTENDED, _MISSED, _CANCELLED = "A", "D", "C"


def appointment_files(cases: list[Case], office: Office) -> Iterator[ExtractFile]:
    """One file a day of printing: what became of the appointments whose episodes it closed."""
    ordered = sorted(cases, key=lambda case: case.result.emitted_on)
    for number, (day, group) in enumerate(
        groupby(ordered, key=lambda case: case.result.emitted_on), start=100
    ):
        rows = [_row(n, case, office, day) for n, case in enumerate(group, start=1)]
        ends = (f"{number:08d}", f"{day:%Y%m%d}", "181500", f"{len(rows):06d}")
        lines = [("NBSSAPPT_HDR", *ends), ("NBSSAPPT_FLDS", *FIELDS)]
        lines += [("NBSSAPPT_DATA", *row) for row in rows]
        lines.append(("NBSSAPPT_END", *ends))
        text = "\n".join("|".join(f'"{cell}"' for cell in line) for line in lines) + "\n"
        yield ExtractFile(f"{office.code}_{day:%Y%m%d}181500_APPT_{number}.dat", text.encode())


def _row(sequence: int, case: Case, office: Office, day: date) -> tuple[str, ...]:
    result = case.result
    not_screened = result.outcome == "attended_not_screened"
    came = CLOSINGS[result.outcome].screened or not_screened
    status = _ATTENDED if came else _MISSED if result.outcome == "did_not_attend" else _CANCELLED
    minutes = int(result.screening_number[3:]) % 96 * 5
    time = f"{9 + minutes // 60:02d}{minutes % 60:02d}"
    address = (*office.address[:-1], "", "", "", "", "")[:5]
    return (
        f"{sequence:06d}", office.code, "U", "BU003", "N", status, "Y" if not_screened else "N",
        f"BU003-{result.seen_on.toordinal() % 100_000}-RA1-DN-T{time}-1", result.person.nhs_number,
        result.episode_type, result.invited_on.isoformat(), result.batch_id, "S", "1", "H",
        "C" if status == _CANCELLED else "", f"{result.seen_on:%Y%m%d}", time, "BU", "BREAST CARE UNIT",
        "BREAST CARE UNIT", *address, office.address[-1], f"{day:%Y%m%d}-181420",
    )  # fmt: skip
