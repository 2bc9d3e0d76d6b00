"""One section of the report: its heading, and the tables and charts that its template shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reports.charts import Chart
from reports.tables import Cell, Table


@dataclass(frozen=True, slots=True)
class Section:
    """`id` names the template (`sections/<id>.html.j2`) and the anchor; `facts` are figures used in its sentences."""

    id: str
    heading: str
    tables: Mapping[str, Table] = field(default_factory=dict)
    charts: Mapping[str, Chart] = field(default_factory=dict)
    facts: Mapping[str, Cell] = field(default_factory=dict)
