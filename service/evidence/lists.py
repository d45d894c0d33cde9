"""Questions that ask for several things: the members of a scattered list, each with its own quote."""

from __future__ import annotations

import re
from collections.abc import Sequence

from service.evidence.reading import Finding

MAX_MEMBERS = 12
_ENUMERATION = re.compile(r"[,;/]| and | or |&")
_MAX_MEMBER_CHARACTERS = 60


def gather_members(findings: Sequence[Finding]) -> Finding:
    """Return the members as one finding; the first finding alone where it already enumerates or nothing joins it."""
    first = findings[0]
    if _ENUMERATION.search(first.text) or not _is_member(first):
        return first
    members = [first, *(finding for finding in findings[1:] if finding.stands and _is_member(finding))][:MAX_MEMBERS]
    readings = tuple(finding.readings[0] for finding in members)
    return Finding("; ".join(finding.text for finding in members), readings, first.confidence, first.stands)


def _is_member(finding: Finding) -> bool:
    return len(finding.text) <= _MAX_MEMBER_CHARACTERS and not _ENUMERATION.search(finding.text)
