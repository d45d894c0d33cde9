"""Responses as the API documentation shows them: real ones, over the seed documents."""

from __future__ import annotations

from typing import Any

_ROW: dict[str, Any] = {
    "id": "c1:003_2ac005a384697a87@6c7445d6c176:25241-25285",
    "document_id": "003_2ac005a384697a87",
    "version": "6c7445d6c176",
    "title": "Tuareg rebellion (2012)",
    "section": ["Towns captured by rebels"],
    "page": None,
    "start": 25241,
    "end": 25285,
    "text": "| Timbuktu | 1 April | | | MNLA/Ansar Dine |",
    "prefix": "| 30 March | | | MNLA |\n| Gao | 31 March | | | MNLA/Ansar Dine/MOJWA |\n"[-64:],
    "suffix": "\n| Ber | ? | | | MNLA |\n| Konna | 10 January 2013 | | | Ansar Dine. |"[:64],
    "highlight": {"start": 25254, "end": 25261},
}
ANSWER: dict[str, Any] = {
    "status": "answered",
    "answer": "1 April",
    "confidence": 0.3,
    "citations": [_ROW],
    "alternatives": [],
    "reason": None,
    "nearest": [],
    "read_as": None,
    "candidates": [],
}
CHAT: dict[str, Any] = {
    **ANSWER,
    "conversation_id": "5f0c4b8e2a9d4d3c8f4f6f0a1c2b3d4e",
    "turn": 1,
    "message": "When did the rebels take Timbuktu?",
    "standalone_question": "When did the rebels take Timbuktu?",
    "context": None,
    "written": None,
    "feedback": None,
    "created_at": "2026-11-21T12:00:00+00:00",
}
LOOKUP: dict[str, Any] = {
    "match": "exact",
    "results": [{"citation": {**_ROW, "highlight": None}, "similarity": 1.0, "differences": []}],
}


def documented(example: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route whose success looks like `example`."""
    return {200: {"content": {"application/json": {"example": example}}}}
