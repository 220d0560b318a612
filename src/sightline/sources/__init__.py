"""Check local copies of the documents against the evidence that statements rest on."""

from sightline.sources.checking import Finding, Report, Skipped, check, examine, summary
from sightline.sources.evidence import Evidence, VersionEvidence, read_evidence
from sightline.sources.locating import Status
from sightline.sources.rendering import normalise, sentence_hash

__all__ = [
    "Evidence",
    "Finding",
    "Report",
    "Skipped",
    "Status",
    "VersionEvidence",
    "check",
    "examine",
    "normalise",
    "read_evidence",
    "sentence_hash",
    "summary",
]
