"""What can be wrong with a batch: each defect named, seeded, at a rate, and noted in the truth."""

from generators.defects.catalogue import DEFECTS, Defect, Scope

__all__ = ["DEFECTS", "Defect", "Scope"]
