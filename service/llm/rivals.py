"""Rival answers: what was written must show each of them, or it hides that the documents disagree."""

from __future__ import annotations

from index.analysis import words
from service.answers import Alternative, Answered, Conflicting
from service.llm.written import Sentence


class Rivals:
    """Which alternatives the sentences so far have shown; an answer without rivals has none left to show."""

    def __init__(self, answer: Answered | Conflicting) -> None:
        """Begin with none shown."""
        self._hidden = list(answer.alternatives) if answer.status == "conflicting" else []
        held = [citation.id for one in self._hidden for citation in one.citations]
        self._shared = frozenset(name for name in held if held.count(name) > 1)

    def show(self, sentence: Sentence) -> None:
        """Take note of a sentence."""
        self._hidden = [one for one in self._hidden if not self._shows(sentence, one)]

    @property
    def hidden(self) -> bool:
        """Whether an alternative has not been shown."""
        return bool(self._hidden)

    def _shows(self, sentence: Sentence, alternative: Alternative) -> bool:
        """A quote of this alternative alone shows it; one that also gives a rival does where the answer is said."""
        cited = {citation.id for citation in alternative.citations}.intersection(sentence.citations)
        return bool(cited - self._shared) or bool(cited and set(words(alternative.answer)) <= set(words(sentence.text)))
