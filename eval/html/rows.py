"""The items of a run as the report's script reads them: JSON that cannot end the element it stands in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from eval.scored import GoldSet, Scored
from eval.scoring import RIGHT

Key = tuple[GoldSet, str]
_DIGITS = 4


def rows(scored: Sequence[Scored], before: Mapping[Key, Scored], *, show_test: bool) -> list[dict[str, Any]]:
    """Return one row for each item; of test items only what names and counts them, unless `show_test`."""
    return [_row(item, before.get((item.gold_set, item.id)), show_test or item.split != "test") for item in scored]


def as_script(value: object) -> str:
    """Return JSON for a script element: no "<" is left that could end it or open a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _row(item: Scored, before: Scored | None, shown: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": item.id,
        "set": item.gold_set,
        "type": item.group,
        "split": item.split,
        "state": _state(item),
        "change": None if before is None else _change(_state(before), _state(item)),
        "hidden": not shown,
    }
    if not shown:
        return row
    return {
        **row,
        "asked": item.asked,
        "wanted": item.wanted,
        "said": item.said,
        "before": None if before is None or before.said == item.said else before.said,
        "confidence": item.confidence,
        "latency": item.latency_ms,
        "violations": item.violations,
        "scores": {name: round(score, _DIGITS) for name, score in item.scores.items()},
        "quotes": [[one.document_id, one.text] for one in item.quotes],
        "evidence": [[one.document_id, one.text] for one in item.evidence],
    }


def _state(item: Scored) -> str:
    if item.violations:
        return "broken"
    return "right" if item.scores.get(RIGHT, 0.0) >= 1.0 else "wrong"


def _change(before: str, now: str) -> str | None:
    was, is_so = before == "right", now == "right"
    return None if was == is_so else "newly right" if is_so else "newly wrong"
