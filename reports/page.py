"""The benefit report of one run as one HTML page: no network, no script."""

from reports.figures import Figures
from reports.rendering import environment
from reports.sections import sections


def page(figures: Figures) -> str:
    """The whole page. The same figures give the same bytes."""
    template = environment().get_template("report.html.j2")
    return template.render(figures=figures, run=figures.shape.run, sections=sections(figures))
