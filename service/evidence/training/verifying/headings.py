"""Titles and section headings over training texts, in the form passages are served under them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from service.evidence.training.examples import Example

Rng = random.Random
_TITLED = 0.5
_SECTIONED = 0.4
_NAMED_SECTION = 0.4
# The headings under which encyclopedias, reports and manuals commonly file their paragraphs.
_HEADINGS = (
    "History|Background|Overview|Early life|Career|Legacy|Reception|Aftermath|Causes|Origins|Geography|Economy|Culture|"
    "Timeline|Reactions|Development|Design|Politics|Demographics|Education|Personal life|Etymology|Introduction|"
    "Methods|Results|Discussion|Summary|Characteristics|Structure|Operations|Impact|Death|Later years|Description"
)
_SECTIONS = _HEADINGS.split("|")


def headed(example: Example, title: str, names: Sequence[str], rng: Rng) -> Example:
    """Return the example, half the time under `title` and then often under a section as well.

    A section is a common heading or one of `names`.
    """
    if rng.random() >= _TITLED:
        return example
    header = title.replace("_", " ") + "\n"
    if rng.random() < _SECTIONED:
        header += (rng.choice(names) if names and rng.random() < _NAMED_SECTION else rng.choice(_SECTIONS)) + "\n"
    return replace(example, header=header)
