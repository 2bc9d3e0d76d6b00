"""`workflow_filter`: WF equals, WF* begins with, *WF* contains; each with a leading ! for the opposite."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WorkflowFilter:
    """`sql` is a condition on workflow_id with one placeholder, for `value`."""

    sql: str
    value: str

    @classmethod
    def parse(cls, text: str) -> "WorkflowFilter":
        rest = text.strip()
        negated = rest.startswith("!")
        rest = rest.removeprefix("!")
        if rest.startswith("*"):
            wanted = rest[1:].removesuffix("*")
            condition = "instr(workflow_id, ?) > 0"
        elif rest.endswith("*"):
            wanted = rest[:-1]
            condition = "instr(workflow_id, ?) = 1"
        else:
            wanted, condition = rest, "workflow_id = ?"
        if not wanted:
            return cls("? = ''" if not negated else "? <> ''", "")
        return cls(f"NOT ({condition})" if negated else condition, wanted)


EVERYTHING = WorkflowFilter("? = ''", "")
