"""How many modules the product has, and that none of them has one caller alone without a reason."""

import ast
from collections import defaultdict
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

import pytest

ROOT = Path(__file__).parents[1]
ROOMS: Final = ("pilot", "simulators", "generators", "reports", "mesh_transport")
MOST_MODULES: Final = 220

# Why a module may have one caller, by name. The rest belong into the module that imports them.
REASONS: Final[Mapping[str, str]] = {
    "*.__main__": "a program: nobody imports it",
    "pilot.nbss.worker": "a process of its own, started by its name",
    "simulators.mesh.pytest_plugin": "found by pytest, by its name in the package's metadata",
    "pilot.cli.*": "a group of commands each, found by its name",
    "pilot.tui.*": "a screen each, shown by the app",
    "pilot.questions.*": "a question each, asked by its command",
    "pilot.messages.*": "a payload each, registered once",
    "reports.sections.*": "a section of the page each, listed once",
    "reports.sheets": "the workbook and the CSV files",
    "simulators.mesh.api.*": "a group of MESH's routes each",
    "simulators.mesh.admin.*": "a group of the control plane's routes each",
    "simulators.mesh.app": "the application, apart from the process that serves it",
    "simulators.mesh.database": "one file and its one writer, apart from what MESH keeps there",
    "simulators.mesh.grading": "judges clients; the server knows nothing of it",
    "simulators.mesh.messages_folder": "messages as files that are put in from outside",
    "simulators.gp_system.http.app": "the application, apart from the process that serves it",
    "simulators.gp_system.receiving.itk3_document": "a payload each, registered once",
    "simulators.gp_system.record.reports": "what practices' searches find, apart from how it is asked",
    "simulators.gp_system.desk.desk": "who works, apart from what the practice's system does",
    "generators.batch": "what the room offers",
    "generators.later": "what comes after a print, apart from the print",
    "generators.people.office_people": "everybody of an office, before anything is printed",
    "generators.prints.reports": "the reports of a day, apart from one report's layout",
    "pilot.coding.loading": "what the room offers; the only part that reads files",
    "pilot.evidence.loader": "what the room offers; the only part that reads files",
    "pilot.measures.measuring": "what the room offers",
    "pilot.nbss.reader": "what the room offers: it runs the workers",
    "pilot.nbss.extracts": "a kind of file each",
    "pilot.nbss.sil": "a kind of file each",
    "pilot.nbss.smsta": "a kind of file each",
    "pilot.nbss.second_eye": "another way to a page's text, with another library",
    "pilot.nbss.missing": "asked of a whole batch, where the check is of one result",
    "pilot.pipeline.answers": "the table of answers, apart from acting on them",
    "pilot.pipeline.dispatch": "a stage of the pipeline each",
    "pilot.pipeline.doctor": "looks at everything and changes nothing",
    "pilot.experiment.scenario_evidence": "a scenario's own evidence, apart from the rest of it",
    "pilot.experiment.in_memory": "what a real run would start, apart from what is asked of it",
    "pilot.experiment.message_arm": "an arm each",
    "pilot.experiment.rehearsal": "an office to practise in, apart from the runs",
    "pilot.experiment.paper_list": "the list of an office that prints, which has no ledger",
    "reports.writing": "what the room offers; the only part that writes files",
}


def modules() -> dict[str, Path]:
    """Every module of the product by its dotted name; a package goes by its folder's."""
    found = {}
    for path in (path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


def callers(known: Mapping[str, Path]) -> dict[str, set[str]]:
    """By module, the modules that import it, or something out of it, by its own name."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name, path in known.items():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                for imported in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names)):
                    if imported in known:
                        found[imported].add(name)
    return found


def with_one_caller() -> set[str]:
    """Modules, packages left out, that at most one other imports."""
    known = modules()
    calling = callers(known)
    return {name for name, path in known.items() if path.stem != "__init__" and len(calling[name]) < 2}


def test_the_house_has_no_more_modules_than_it_needs() -> None:
    """Past this, a reader opens too many files for one request: look for what belongs together."""
    assert len([path for path in modules().values() if path.stem != "__init__"]) <= MOST_MODULES


def test_no_module_has_one_caller_without_a_reason() -> None:
    lonely = with_one_caller()
    assert {name for name in lonely if not any(fnmatchcase(name, known) for known in REASONS)} == set()


@pytest.mark.parametrize("pattern", REASONS)
def test_no_reason_is_kept_that_nothing_needs(pattern: str) -> None:
    assert any(fnmatchcase(name, pattern) for name in with_one_caller())
