"""`pilot reconcile`, against simulated MESH and practices: asked, answered, differences on the list."""

from tests.cli.office import Office, run


def test_an_office_asks_what_its_practices_hold(kelderby: Office) -> None:
    def pilot(*arguments: str) -> object:
        said = run(*arguments, "--json", cwd=kelderby.folder, environment=kelderby.environment)
        assert said.code == 0, said
        return said.json

    pilot("intake", "inbox")
    kelderby.practices_collect()
    pilot("intake")
    done = pilot("reconcile", "ask")
    asked = pilot("reconcile", "list")
    assert isinstance(done, dict)
    assert isinstance(asked, list)
    assert done["by_mesh"] + done["on_paper"] == len(asked) > 0
    for row in asked:
        if row["way"] == "paper":
            pilot("reconcile", "answer", row["id"], "--who", "A. Person")
    printed = pilot("reconcile", "print", "--out", "pages.pdf")
    assert isinstance(printed, dict)
    assert printed["pages_for"] == []  # all on paper have answered
