"""The HL7 validator on this machine: fetched by npm, run by Java, with R4 and UK Core as data."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
WORKSHOP: Final = HERE.parents[1] / "build" / "fhir"
_DEFINITIONS: Final = (
    "profiles-types",
    "profiles-resources",
    "profiles-others",
    "extension-definitions",
    "valuesets",
    "v2-tables",
    "v3-codesystems",
    "conceptmaps",
)
_ITS_OWN: Final = "http://hl7.org/fhir/spdx-license"  # the validator brings this one itself


@dataclass(frozen=True, slots=True)
class Remark:
    file: str
    severity: str
    where: str
    what: str

    @property
    def wrong(self) -> bool:
        return self.severity in ("ERROR", "FATAL")


def needed() -> str | None:
    """What is missing on this machine and how to install it; None where nothing is."""
    if shutil.which("javac") is None:
        return "make fhir needs a Java development kit, 11 or later (Debian, Ubuntu: apt install default-jdk-headless)"
    if shutil.which("npm") is None:
        return "make fhir needs npm, which comes with Node.js 18 or later (Debian, Ubuntu: apt install npm)"
    return None


def validate(samples: Path, definitions: list[Path]) -> list[Remark]:
    """Every remark on the JSON files of a folder. Raises RuntimeError where the validator did not finish."""
    home = _set_up()
    jars = WORKSHOP / "node_modules" / "node-java-fhir-validator" / "src" / "java-pkgs" / "*"
    command = ["java", f"-Duser.home={home}", "-Xmx2g", "-cp", str(jars), str(HERE / "Validate.java")]
    command += [*map(str, definitions), "--", str(samples)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [line.split("\t") for line in ran.stdout.splitlines()]
    done = sum(line[0] == "DONE" for line in lines)
    if ran.returncode or done != len(list(samples.iterdir())):
        raise RuntimeError(f"the validator stopped after {done} files:\n{ran.stderr[-2000:]}")
    return [Remark(*line[1:5]) for line in lines if line[0] == "ISSUE"]


def _set_up() -> Path:
    """The validator's home folder, with FHIR R4 as the package it looks for; made once."""
    home = WORKSHOP / "home"
    packages = home / ".fhir" / "packages"
    package = packages / "hl7.fhir.r4.core#4.0.1" / "package"
    if (package / "package.json").is_file():
        return home
    WORKSHOP.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "package.json", WORKSHOP)
    print("fetching the validator and the R4 definitions (once, about 260 MB)", file=sys.stderr)
    subprocess.run(
        ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"], cwd=WORKSHOP, check=True
    )
    package.mkdir(parents=True, exist_ok=True)
    for resource in _r4_core():
        name = f"{resource['resourceType']}-{resource['id']}.json"
        (package / name).write_text(json.dumps(resource), "utf-8")
    # The validator also asks for R5's extensions in R4 form; nothing here uses one.
    _describe(packages / "hl7.fhir.xver-extensions#0.0.12" / "package", "hl7.fhir.xver-extensions", "0.0.12")
    (packages / "packages.ini").write_text("[cache]\nversion=3\n\n[urls]\n\n[local]\n\n[packages]\n", "utf-8")
    _describe(package, "hl7.fhir.r4.core", "4.0.1")  # last: it says that all is there
    return home


def _describe(package: Path, name: str, version: str) -> None:
    package.mkdir(parents=True, exist_ok=True)
    about = {
        "name": name,
        "version": version,
        "fhirVersions": ["4.0.1"],
        "canonical": "http://hl7.org/fhir",
        "url": "http://hl7.org/fhir/R4",
        "type": "fhir.core",
        "tools-version": 3,
        "dependencies": {},
    }
    (package / "package.json").write_text(json.dumps(about), "utf-8")


def _r4_core() -> Iterator[dict[str, str]]:
    """FHIR R4's definitions, each name once: of a table in several versions the validator takes only one."""
    source = WORKSHOP / "node_modules" / "@medplum" / "definitions" / "dist" / "fhir" / "r4"
    seen = {("CodeSystem", _ITS_OWN)}
    for name in _DEFINITIONS:
        for entry in json.loads((source / f"{name}.json").read_text("utf-8"))["entry"]:
            resource = entry["resource"]
            key = (resource["resourceType"], resource.get("url", resource["id"]))
            if key not in seen:
                seen.add(key)
                yield resource
