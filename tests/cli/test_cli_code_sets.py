"""`pilot code-sets`: the table on the command line."""

import json

from typer.testing import CliRunner

from pilot.cli import app

run = CliRunner().invoke


def test_the_table_in_json_and_nothing_else() -> None:
    answer = run(app, ["code-sets", "--json"])
    assert answer.exit_code == 0
    table = json.loads(answer.stdout)
    assert not any(row["not_screened_found"] for row in table["searches"] if row["counts_as"] == "screened")
    assert {row["store"] for row in table["reads"]} == {"question", "value", "both", "text"}
    assert table["clusters"]["BRCANSCR_COD"]["refset"] == "999016171000230107"


def test_the_table_for_people_names_what_is_found() -> None:
    answer = run(app, ["code-sets", "interim-2026-11"])
    assert answer.exit_code == 0
    lines = [line.split() for line in answer.stdout.splitlines()]
    assert ["value", "BRCANSCR_COD", "screened", "0/100", "0/100", "0/100"] in lines
    assert ["question", "BRCANSCR_COD", "screened", "100/100", "0/100", "100/100"] in lines
