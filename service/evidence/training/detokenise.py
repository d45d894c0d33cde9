"""Undo the tokenisation some public sets come in: "-LRB- born 1976 -RRB- , he 's" is "(born 1976), he's"."""

from __future__ import annotations

import re

_BRACKETS = {"-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "-LCB-": "{", "-RCB-": "}"}
_BRACKET = re.compile("|".join(_BRACKETS))
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"``\s?"), '"'),
    (re.compile(r"\s?''"), '"'),
    (re.compile(r"\s+([,.;:!?%)\]}])"), r"\1"),
    (re.compile(r"([(\[{$])\s+"), r"\1"),
    (re.compile(r"\s+(n't|'(?:s|re|ve|ll|d|m))\b"), r"\1"),
    (re.compile(r"(\d)\s+(['’]s)\b"), r"\1\2"),
    (re.compile(r"(?<=\w) -- (?=\w)"), "–"),
    (re.compile(r"[ \t]{2,}"), " "),
)


def detokenise(text: str) -> str:
    """Return `text` as people write it; a text that was never tokenised comes back as it is, but for double blanks."""
    text = _BRACKET.sub(lambda match: _BRACKETS[match[0]], text)
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text.strip()
