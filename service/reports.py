"""The evaluation reports of a folder of runs, newest first: read, never made, by the service."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from index.errors import NotFound
from index.messages import shown
from service.clock import iso_utc

REPORT = "report.html"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_MOST = 200


@dataclass(frozen=True, slots=True)
class Report:
    """A run that has a report; `written_at` is ISO 8601 in UTC."""

    name: str
    written_at: str


def list_reports(folder: Path) -> tuple[Report, ...]:
    """Return the reports of the runs in `folder`, the newest first; none where there is no such folder."""
    try:
        found = [path / REPORT for path in folder.iterdir() if _NAME.fullmatch(path.name)]
        dated = [(path.stat().st_mtime, path.parent.name) for path in found if _is_report(path)]
    except OSError:
        return ()
    newest = sorted(dated, key=lambda one: (-one[0], one[1]))[:_MOST]
    return tuple(Report(name, iso_utc(moment)) for moment, name in newest)


def read_report(folder: Path, name: str) -> bytes:
    """Return a report as it was written; raises NotFound."""
    path = folder / name / REPORT
    if not _NAME.fullmatch(name) or not _is_report(path):
        raise NotFound(
            f"There is no report {shown(name, limit=80)!r}; see /eval for those there are.", code="no_report"
        )
    return path.read_bytes()


def _is_report(path: Path) -> bool:
    """Whether a report stands there itself: a link could lead to any file of this machine."""
    return path.is_file() and not path.is_symlink() and not path.parent.is_symlink()
