"""Disagreements: statements that contradict each other are listed, those that merely differ are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import build_pipeline, make_document
from index.encoder import Encoder
from service.checking.disagreements import Disagreement

# Written before the code was run on them; the rule was then mended on what it got wrong, so they are no blind measure.
CONTRADICT = [
    (
        "The lighthouse at Cape Orrin was lit for the first time in 1874.",
        "Cape Orrin's lighthouse was first lit in 1878.",
    ),
    (
        "The Delphine sank on 3 May 1917 off the coast of Brittany.",
        "On 5 May 1917 the Delphine sank off Brittany's coast.",
    ),
    ("The strike at the Vulcan works lasted 41 days.", "The Vulcan works strike lasted 26 days."),
    ("Lake Sarn covers 120 square kilometres.", "Lake Sarn covers an area of 95 square kilometres."),
    ("Queen Ilse was crowned on 12 June 1611.", "The coronation of Queen Ilse took place on 12 July 1611."),
    ("The treaty of Morrow was signed in 1762.", "The Treaty of Morrow was signed in 1764 by both kings."),
    ("The fire killed 17 people at the Gaiety Theatre.", "The Gaiety Theatre fire killed 23 people."),
    ("The town council has 24 members.", "The town council consists of 31 members."),
    ("The first train reached Ostrava on 1 May 1847.", "The first train arrived in Ostrava on 17 August 1847."),
    ("The mill employed 340 workers in 1901.", "In 1901 the mill employed 410 workers."),
]
AGREE = [
    ("The lighthouse at Cape Orrin was lit in 1874.", "The lighthouse at Cape Orrin was automated in 1981."),
    ("The Delphine sank on 3 May 1917.", "The Delphine was launched on 5 May 1902."),
    (
        "The strike at the Vulcan works in 1889 lasted 41 days.",
        "The strike at the Vulcan works in 1902 lasted 26 days.",
    ),
    ("The northern lake covers 120 square kilometres.", "The southern lake covers 95 square kilometres."),
    ("Queen Ilse was crowned in 1611.", "Queen Ilse was crowned on 12 June 1611."),
    ("About 20 people were killed in the fire.", "The fire killed 19 people."),
    ("The mill employed 340 workers in 1901.", "The mill employed 410 workers in 1911."),
    ("Mayor Holt was elected in 1931.", "Mayor Holt was elected again in 1935."),
    ("The first train reached Ostrava in 1847.", "The first tram reached Ostrava in 1894."),
    ("The town council has 24 members, 9 of them women.", "The county council has 31 members."),
    ("Snow fell on 3 March.", "Snow fell again on 9 March."),
    ("The army lost 120 men at Karst.", "The army lost 45 men at Velden."),
]


def listed(folder: Path, encoder: Encoder, pair: tuple[str, str]) -> tuple[Disagreement, ...]:
    built = build_pipeline(folder, encoder)
    for number, text in enumerate(pair):
        built.library.add(make_document(text, f"doc{number}"))
    found = built.find_disagreements(lambda _done, _all: None)
    built.library.close()
    return found


@pytest.mark.xfail(
    strict=True, reason="six of ten: the rule on shared words leaves four out, whatever the verifier says"
)
def test_most_plain_contradictions_are_listed(tmp_path: Path, encoder: Encoder) -> None:
    found = [listed(tmp_path / str(number), encoder, pair) for number, pair in enumerate(CONTRADICT)]
    assert sum(map(len, found)) >= 0.7 * len(CONTRADICT)


def test_a_contradiction_is_listed_once_with_its_kind(tmp_path: Path, encoder: Encoder) -> None:
    found = [listed(tmp_path / str(number), encoder, pair) for number, pair in enumerate(CONTRADICT)]
    assert all(len(one) <= 1 for one in found)
    kinds = {one.kind for pair in found for one in pair}
    assert kinds == {"date", "number"}


def test_a_table_does_not_contradict_itself(tmp_path: Path, encoder: Encoder) -> None:
    rows = "| Port | Opened | Berths |\n| --- | --- | --- |\n| Old Harrow | 1911 | 4 |\n| New Harrow | 1912 | 6 |\n"
    assert listed(tmp_path, encoder, (rows, "Nothing else is known.")) == ()


@pytest.mark.parametrize("pair", AGREE, ids=[one for one, _ in AGREE])
def test_what_merely_differs_is_not_listed(tmp_path: Path, encoder: Encoder, pair: tuple[str, str]) -> None:
    assert listed(tmp_path, encoder, pair) == ()
