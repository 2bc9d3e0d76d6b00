"""Benefit reports: figures.json in, a page that a stakeholder can read and take apart out, with its tables.

Figures come typed from `pilot.measures`, and words from `pilot.domain`; nothing is measured or run here.
"""

from reports.sections.doubts import Evidence, read_evidence
from reports.writing import compare, write_report

__all__ = ["Evidence", "compare", "read_evidence", "write_report"]
