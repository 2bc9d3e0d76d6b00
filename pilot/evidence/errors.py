"""What can be wrong with an evidence file."""


class EvidenceError(Exception):
    """An evidence file that cannot be used. The text says which row, what is wrong, and how to mend it."""
