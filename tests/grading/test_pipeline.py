"""What the pipeline is graded by names mailboxes that its batch has."""

import json
import tomllib
from pathlib import Path

from tests.grading.pipeline import prepare


def test_whoever_writes_to_the_pipeline_is_a_practice_of_its_batch(tmp_path: Path) -> None:
    client = tomllib.loads(Path(__file__).with_name("pipeline.toml").read_text("utf-8"))["client"]
    prepare(tmp_path)
    lines = (tmp_path / client["mailboxes"]).read_text("utf-8").splitlines()
    assert {client["mailbox"], client["reply_from"]} <= {json.loads(line)["mailbox_id"] for line in lines}
