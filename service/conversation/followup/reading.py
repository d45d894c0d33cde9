"""From a message and what was said before to its reading, top to bottom."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from index.analysis import FUNCTION_WORDS, fold
from service.bounds import MAX_QUESTION_CHARACTERS
from service.checking.agreement import bare
from service.checking.names import Kind as NameKind
from service.conversation.exchange import Exchange, Understood
from service.conversation.followup.beside import topic_beside
from service.conversation.followup.corrections import read_correction
from service.conversation.followup.events import ask_again, at_date, date_of, event_of
from service.conversation.followup.frames import Fragment, only_phrase, put_in_slot, read_fragment
from service.conversation.followup.leaning import Lean, find_leaning
from service.conversation.followup.mentions import Discourse, read_history
from service.conversation.followup.phrases import find_phrases
from service.conversation.followup.ranking import Ranked, load_ranker
from service.conversation.followup.times import with_times
from service.conversation.followup.topics import is_open, with_topic
from service.conversation.followup.wording import Filled, fill
from service.conversation.followup.words import WH, is_auxiliary, read_clause, read_words

MAX_MESSAGE = MAX_QUESTION_CHARACTERS
_UNMARKED = 4
# "And the guild?" goes back to the last question that asked about such a thing.
_BACK = 3


class Reader:
    """Reads messages against their history."""

    def __init__(self) -> None:
        """Load the fitted numbers."""
        self.ranker = load_ranker()

    def read(self, message: str, history: Sequence[Exchange], kinds: Mapping[str, NameKind]) -> Understood:
        """Return how the message reads alone; `kinds` are what the documents make of names, by name_key."""
        if not history or len(message) > MAX_MESSAGE:
            return Understood(message, message, (), None)
        discourse = read_history(history, kinds)
        readings = [one for one in self._readings(message, discourse) if len(one) <= MAX_MESSAGE]
        if len(readings) > 1:
            return Understood(message, message, tuple(readings), None)
        reading = readings[0] if readings else message
        leans = reading != message or _leans(message, discourse)
        return Understood(message, reading, (), topic_beside(reading, history) if leans else None)

    def _readings(self, message: str, discourse: Discourse) -> list[str]:
        """Return the readings of a message: none or the message itself where it stands alone."""
        correction = read_correction(message)
        if correction is not None:
            found = self._corrected(correction.new, correction.old, discourse)
            if found:
                return found
        again = ask_again(message, discourse)
        if again is not None:
            return [again]
        return self._fragment(message, discourse) or self._resolved(with_times(message, discourse), discourse)

    def _corrected(self, new: str, old: str, discourse: Discourse) -> list[str]:
        question = discourse.last.question
        first = read_words(new)[:1]
        if not first or first[0].word in WH or is_auxiliary(first[0]):
            return self._resolved(new, discourse) if first else []
        phrases = find_phrases(question, read_words(question), discourse.known) if old else []
        meant = [one for one in phrases if fold(bare(one.text)).endswith(fold(bare(old)))]
        if meant:
            one = min(meant, key=lambda one: len(one.text))
            article = "the " if one.text.lower().startswith("the ") and not new.lower().startswith("the ") else ""
            return [question[: one.start] + article + new + question[one.end :]]
        return self._fragment(f"what about {new}", discourse)

    def _fragment(self, message: str, discourse: Discourse) -> list[str]:
        """Return the last question with what the message names in place of what is of its kind."""
        fragment = read_fragment(message, discourse.known) or self._pointed_at(message, discourse)
        if fragment is None or not (fragment.marked or len(read_words(fragment.text)) < _UNMARKED):
            return []
        words = read_words(fragment.text)
        leans = [lean for lean in find_leaning(words, read_clause(words), (), discourse.known)
                 if lean.ask != "noun" or lean.pointing]  # fmt: skip
        if leans:
            named = self._resolved(fragment.text, discourse)
            phrase = only_phrase(named[0], discourse.known) if len(named) == 1 and named[0] != fragment.text else None
            if phrase is None or not all(lean.start == 0 and lean.end == len(fragment.text) for lean in leans):
                return []
            fragment = replace(fragment, text=named[0], phrase=phrase)
        unmet = self._answering(fragment.phrase.text, discourse)
        if unmet:
            return unmet
        far = fragment.marked and fragment.phrase.name and not fragment.preposition
        for exchange in reversed(discourse.exchanges[-_BACK if far else -1 :]):
            found = put_in_slot(fragment, exchange.question, discourse.known)
            if found:
                return found
        definite = fragment.marked and not fragment.phrase.name and fragment.phrase.text.lower().startswith("the ")
        return [with_topic(message, discourse)] if definite else []

    def _pointed_at(self, message: str, discourse: Discourse) -> Fragment | None:
        """Return what "and the other one?" or "the latter?" says on its own."""
        if len(read_words(message)) > _UNMARKED:
            return None
        named = self._resolved(message, discourse)
        return read_fragment(named[0], discourse.known) if len(named) == 1 and named[0] != message else None

    def _answering(self, text: str, discourse: Discourse) -> list[str]:
        """Return the last question with a phrase in place of words that still lean: the answer to asking back."""
        question = discourse.last.question
        words = read_words(question)
        leans = find_leaning(words, read_clause(words), find_phrases(question, words, discourse.known), discourse.known)
        waiting = [lean for lean in leans if lean.ask in ("it", "they", "he", "she", "there", "noun", "this", "these")]
        if len(waiting) != 1 or waiting[0].ask == "noun":
            return []
        return [fill(question, [Filled(waiting[0], text)])]

    def _resolved(self, message: str, discourse: Discourse) -> list[str]:
        words = read_words(message)
        phrases = find_phrases(message, words, discourse.known)
        leans = find_leaning(words, read_clause(words), phrases, discourse.known)
        readings: list[list[Filled]] = [[]]
        taken: dict[str, Lean] = {}
        for lean in leans:
            spoken = tuple(one for one in discourse.mentions if _is_free(taken.get(one.text), lean))
            meant = self._meant(lean, message, replace(discourse, mentions=spoken))
            taken |= {one.text: lean for one in meant}
            if len(meant) > 1 and len(readings) > 1:
                continue
            readings = [[*one, more] for one in readings for more in meant] if meant else readings
        if leans:
            return [fill(message, one) for one in readings]
        return [with_topic(message, discourse) if is_open(words) else message]

    def _meant(self, lean: Lean, message: str, discourse: Discourse) -> list[Filled]:
        """Return what a leaning word stands for: nothing where it is not sure, several where they are alike."""
        if lean.ask == "then":
            return self._time(lean, message, discourse)
        if lean.ask == "this" and not lean.noun:
            return self._event(lean, message, discourse)
        said = fold(message)
        ranked = self.ranker.rank(lean, discourse.mentions, discourse.known)
        if not ranked or fold(bare(ranked[0].mention.text)) in said:
            return []
        if lean.ask in ("other", "former", "latter"):
            return self._ordered(lean, ranked, discourse)
        alike = self._alike(ranked)
        if len(alike) > 1:
            return [Filled(lean, one.mention.text) for one in alike]
        return [Filled(lean, ranked[0].mention.text)] if self.ranker.is_sure(lean, ranked, discourse.known) else []

    def _alike(self, ranked: Sequence[Ranked]) -> list[Ranked]:
        best = ranked[0]
        rivals = [one for one in ranked[:3] if one is best or self._is_rival(one, best)]
        return rivals if sum(one.chance for one in rivals) >= self.ranker.sure else [best]

    def _is_rival(self, one: Ranked, best: Ranked) -> bool:
        """Whether two names were said in the same breath, so that either may be meant."""
        first, second = one.mention, best.mention
        alike = (first.turn, first.source) == (second.turn, second.source) and first.source in ("question", "answer")
        alike = alike and (first.kind == second.kind or "unknown" in (first.kind, second.kind))
        apart = first.text not in second.text and second.text not in first.text
        return alike and apart and first.name and second.name and one.chance >= self.ranker.rival * best.chance

    def _ordered(self, lean: Lean, ranked: Sequence[Ranked], discourse: Discourse) -> list[Filled]:
        """Return "the other group", "the former" and "the latter": by order among the names of the last exchanges."""
        pair = _of_pair(lean, discourse)
        if pair is not None:
            return [Filled(lean, pair)]
        names = [one.mention for one in ranked if one.mention.name and one.mention.turn <= 1]
        order = [one for one in discourse.mentions if one in names]
        if lean.ask == "other":
            # The one the last question did not ask about.
            others = [one for one in order if one.source != "question" or one.turn > 0 or one.role != "subject"]
            return [Filled(lean, others[0].text)] if len(others) == 1 and len(order) > 1 else []
        said = f"{discourse.last.question} {discourse.last.answer or ''}"
        placed = sorted((said.find(one.text), one.text) for one in order if one.text in said)
        if len(placed) != 2:
            return []
        return [Filled(lean, placed[0 if lean.ask == "former" else 1][1])]

    def _time(self, lean: Lean, message: str, discourse: Discourse) -> list[Filled]:
        date = date_of(discourse.exchanges[-2:])
        if date is None:
            return []
        if lean.noun == "year":
            year = re.search(r"\b\d{4}\b", date)
            date = year[0] if year else date
        before = re.search(
            r"\b(at|in|on|during|around|by|since|until|till|before|after|back|of|from)\s+$", message[: lean.start], re.I
        )
        if before is None:
            return [Filled(lean, at_date(date))]
        if before[1].lower() in ("at", "in", "on", "during", "back"):
            return [Filled(replace(lean, start=before.start()), at_date(date))]
        return [Filled(lean, date)]

    def _event(self, lean: Lean, message: str, discourse: Discourse) -> list[Filled]:
        """Return what a bare "that" stands for after "after" or "before": a date, an event, or what happened."""
        before = message[: lean.start].split()[-1:]
        if before and fold(before[0]) in ("after", "before", "since", "until", "following"):
            event = event_of(discourse)
            return [Filled(lean, event)] if event is not None else []
        ranked = self.ranker.rank(lean, discourse.mentions, discourse.known)
        if (
            ranked
            and self.ranker.is_sure(lean, ranked, discourse.known)
            and ranked[0].mention.kind in ("event", "thing")
        ):
            return [Filled(lean, ranked[0].mention.text)]
        return []


def _leans(message: str, discourse: Discourse) -> bool:
    """Whether a message says less than a question that stands alone, though nothing surely stands for what it lacks."""
    words = read_words(message)
    phrases = find_phrases(message, words, discourse.known)
    clause = read_clause(words)
    return (
        bool(find_leaning(words, clause, phrases, discourse.known))
        or read_fragment(message, discourse.known) is not None
        or is_open(words)
        or all(word.word in FUNCTION_WORDS for word in words)
    )


def _is_free(used: Lean | None, lean: Lean) -> bool:
    """Whether a thing that another word of the message stands for can be meant again: "they lost their mill"."""
    return used is None or (used.ask == lean.ask and (used.role == lean.role or "owner" in (used.role, lean.role)))


def _of_pair(lean: Lean, discourse: Discourse) -> str | None:
    """Return the former or the latter of two things said together, or the one the last question did not ask about."""
    for pair in (one for one in discourse.mentions if one.kind == "several" and one.name):
        parts = [one.text for one in discourse.mentions if one.kind != "several" and one.name and one.text in pair.text]
        if len(parts) != 2:
            continue
        former, latter = sorted(parts, key=pair.text.find)
        if lean.ask != "other":
            return former if lean.ask == "former" else latter
        asked = [part for part in parts if part in discourse.last.question]
        if len(asked) == 1:
            return latter if asked[0] == former else former
    return None
