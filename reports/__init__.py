"""Benefit reports: figures.json in, a page that a stakeholder can read and take apart out, with its tables."""

from reports.writing import compare, write_report

__all__ = ["compare", "write_report"]
