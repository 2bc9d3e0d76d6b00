"""Run it: `make fhir UK_CORE=folder of UK Core's profiles`. Leaves with 0 where all is as it must be, else with 1."""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.fhir import samples
from tests.fhir.validator import HERE, WORKSHOP, needed, validate

OWN = HERE.parents[1] / "pilot" / "messages" / "definitions"


def main() -> int:
    if missing := needed():
        print(missing, file=sys.stderr)
        return 2
    uk_core = os.environ.get("UK_CORE", "")
    if not uk_core or not Path(uk_core).is_dir():
        print("make fhir UK_CORE=folder: the UK Core R4 profiles as XML or JSON (HL7 UK)", file=sys.stderr)
        return 2
    WORKSHOP.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=WORKSHOP) as folder:
        run, files = Path(folder) / "run", Path(folder) / "files"
        command = [sys.executable, "-m", "pilot", "run", "messy", "--seed", "77", "--arms", "coded"]
        subprocess.run([*command, "--out", str(run)], check=False, stdout=sys.stderr)
        messages, answers = list(samples.every_message()), list(samples.answers_of(run))
        changed = list(samples.mutations(messages[0][1], answers[-1][1]))
        files.mkdir()
        for place, (_, message) in enumerate([*messages, *answers]):
            (files / f"sound-{place:05}.json").write_text(json.dumps(message), "utf-8")
        for place, (_, message) in enumerate(changed):
            (files / f"spoiled-{place:05}.json").write_text(json.dumps(message), "utf-8")
        remarks = validate(files, [Path(uk_core), OWN])
    wrong = [remark for remark in remarks if remark.wrong and remark.file.startswith("sound")]
    rejected = {remark.file for remark in remarks if remark.wrong and remark.file.startswith("spoiled")}
    passed = [what for place, (what, _) in enumerate(changed) if f"spoiled-{place:05}.json" not in rejected]
    for (where, what), count in Counter((r.where, r.what) for r in wrong).most_common(20):
        print(f"error, {count} times: {where}: {what}")
    for what in passed:
        print(f"not rejected: {what}")
    print(
        f"{len(messages)} kinds of message, {len(answers)} answers: {len(wrong)} errors;"
        f" {len(changed) - len(passed)} of {len(changed)} mutations rejected"
    )
    return 1 if wrong or passed else 0


if __name__ == "__main__":
    sys.exit(main())
