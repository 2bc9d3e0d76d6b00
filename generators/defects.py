"""What can be wrong with a batch."""

DEFECTS: dict[str, str] = {}
