"""What `pilot intake --preview --json` shows: pinned as a golden file, from bytes to JSON."""

import gzip
import json
from pathlib import Path

from pilot.nbss import check, preview, read_files
from tests.nbss.drawing import draw
from tests.nbss.prints import DNA, RECALL, Record, cover
from tests.nbss.test_extracts import DIRECTORY, EPISODE, SUBJECT, episode

GOLDEN = Path(__file__).parents[1] / "golden/nbss/preview.json"
FLORA = Record("FIELD, FLORA, MRS", "KXX000001", "999 000 0018")
HELEN = Record("HILL, HELEN, MISS", "KXX000002", "999 000 0026", ending=DNA)
ROSE = Record("RIDGE, ROSE, MS", "KXX000003", "999 000 0034", ending=RECALL)
IVY = Record("VALE, IVY, DR", "KXX000004", "111")
CHANGED = "2026-02-20 16:00:00+00"


def write_inbox(folder: Path) -> None:
    """A report with a good, a dated, a disputed and a bad record; extracts; a file that is none."""
    (folder / "SIL-KXX-20260223-123.pdf").write_bytes(
        draw([[*cover(count=4), *FLORA.rows], [*HELEN.rows, *ROSE.rows], IVY.rows])
    )
    screened = {
        "date_of_as": "2026-02-19",
        "end_code": "SC",
        "reason_closed_code": "R",
        "final_action_code": "RR",
    }
    rows = [
        episode(nhs_number="9990000018", **screened),
        episode(nhs_number="9990000026", episode_id="7002", end_code="DNA", reason_closed_code="NA"),
        episode(nhs_number="9990000034", episode_id="7003", **screened),
        episode(nhs_number="999", episode_id="7004"),
    ]
    (folder / "EPISODES-KXX-20260223.csv.gz").write_bytes(
        gzip.compress("\n".join([EPISODE, *rows, ""]).encode())
    )
    subjects = [f"{CHANGED},999000{n},,Z99001,KXX" for n in ("0018", "0026", "0034")]
    (folder / "SUBJECTS-KXX-20260223.csv").write_text("\n".join([SUBJECT, *subjects, ""]))
    (folder / "PRACTICES-KXX.csv").write_text(f"{DIRECTORY}\n123,Z99001,THE SURGERY,,\n")
    (folder / "SMSTA-KXX-20260223.pdf").write_bytes(b"<html>502 Bad Gateway</html>")


def test_a_preview_is_what_it_was(tmp_path: Path):
    write_inbox(tmp_path)
    batch = read_files([tmp_path])
    shown = preview(batch, check(batch))
    for file in shown["files"]:
        file["file"] = Path(file["file"]).name
    assert shown == json.loads(GOLDEN.read_text("utf-8"))


def test_nothing_is_shown_as_known_that_no_file_says(tmp_path: Path):
    (tmp_path / "SIL.pdf").write_bytes(draw([[*cover(), *HELEN.rows]]))
    batch = read_files([tmp_path / "SIL.pdf"])
    (file,) = preview(batch, check(batch))["files"]
    assert file["file"] == str(tmp_path / "SIL.pdf")
    assert [(result["practice"], result["date"]) for result in file["results"]] == [(None, None)]
