"""Small files in the formats that training reads."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

TOWNS = ("Orvik", "Dunmore", "Ravnholm", "Kestrel Bay", "Selby Cross", "Tarnfield")
PEOPLE = ("Ada Lindqvist", "Tomas Brandt", "Selma Voss", "Elin Karr", "Jon Aske", "Mira Holt")
SOURCES = ("reader", "nli", "verifier")


def write_lines(path: Path, rows: list[dict[str, Any]]) -> None:
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(lines) if path.suffix == ".gz" else lines)


def reader_rows() -> list[dict[str, Any]]:
    made = []
    for number, (town, person) in enumerate(zip(TOWNS, PEOPLE, strict=True)):
        founded = f"The old mill of {town} was opened by {person} in {1880 + number}."
        context = f"{founded} For many years it was the largest mill on the coast, and no other ground as much grain."
        row = {"id": f"r{number}", "title": f"Mill_of_{town}", "context": context}
        answer = {"text": person, "answer_start": context.index(person)}
        made.append({**row, "question": f"Who opened the mill of {town} in {1880 + number}?", "answers": [answer]})
        made.append({**row, "question": f"Who sold {town}?", "answers": [], "is_impossible": True})
    return made


def pair_rows(verb: str) -> list[dict[str, Any]]:
    labels = ("entailment", "neutral", "contradiction")
    return [
        {"premise": f"In spring {person} {verb} the mill of {town}.", "hypothesis": claim, "label": label}
        for town, person, label in zip(TOWNS, PEOPLE, labels * 2, strict=True)
        for claim in (f"The mill of {town} was {verb} by {person}.", f"{person} has left the quiet harbour.")
    ]
