"""The arms: the ways in which the same results reach the same practices, each registered here and nowhere else."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Arm:
    """`key` is its name in scenarios, run folders and figures; `name` and `meaning` are what people read,
    `short` where there is little room.

    `through_mesh`: the pipeline sends it, by the route of the same key; otherwise the office hands it over itself,
    on paper where `by_post`, else by email. `filed_by_rule`: practices' rules can file it, so that it matters
    whether a practice is ready. `colour` (#rrggbb) is its own wherever arms stand beside each other.
    """

    key: str
    name: str
    short: str
    meaning: str
    colour: str
    through_mesh: bool = False
    by_post: bool = False
    filed_by_rule: bool = False


PAPER: Final = Arm(
    key="paper",
    name="Paper",
    short="Paper",
    meaning="Results are printed, checked by eye, posted, opened, coded and typed into records by practice staff.",
    colour="#425563",
    by_post=True,
)
PDF_EMAIL: Final = Arm(
    key="pdf_email",
    name="PDF by email",
    short="PDF by email",
    meaning="Each result is a PDF in an email, opened, coded and typed into records by practice staff.",
    colour="#330072",
)
MESH_PDF: Final = Arm(
    key="mesh_pdf",
    name="PDF over MESH",
    short="PDF over MESH",
    meaning="Each result is a PDF over MESH, without a code, opened and coded by practice staff.",
    colour="#ae2573",
    through_mesh=True,
)
CODED: Final = Arm(
    key="coded",
    name="Coded messages",
    short="Coded",
    meaning="Each result is a coded FHIR message over MESH, filed by the GP system's own rules where they allow it.",
    colour="#005eb8",
    through_mesh=True,
    filed_by_rule=True,
)

# From today's way to the one that is piloted: the order in which arms are shown, each a step up from the last.
ARMS: Final = {arm.key: arm for arm in (PAPER, PDF_EMAIL, MESH_PDF, CODED)}
TODAY: Final = PAPER
PILOTED: Final = CODED


def arm_name(key: str, *, short: bool = False) -> str:
    """What people read for an arm; a key that no arm has (a file of another version) is shown as it is."""
    if key not in ARMS:
        return key.replace("_", " ").capitalize()
    return ARMS[key].short if short else ARMS[key].name
