"""Code sets: versioned data that turns an outcome into a SNOMED CT concept, or says why there is none."""

from pilot.coding.code_set import CodeSet, Question, Row, SetStatus, SignOff, Use, Verification
from pilot.coding.concepts import (
    Cluster,
    KnownConcept,
    clusters,
    contradiction,
    known_concepts,
    valid_concept_id,
)
from pilot.coding.loading import code_set_names, load_code_set

__all__ = [
    "Cluster",
    "CodeSet",
    "KnownConcept",
    "Question",
    "Row",
    "SetStatus",
    "SignOff",
    "Use",
    "Verification",
    "clusters",
    "code_set_names",
    "contradiction",
    "known_concepts",
    "load_code_set",
    "valid_concept_id",
]
