"""What the last exchange was about, asked again another way: "why?", "when was that?", "what happened after that?"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from service.conversation.exchange import Exchange
from service.conversation.followup.frames import date_preposition
from service.conversation.followup.kinds import TIMES
from service.conversation.followup.mentions import Discourse
from service.conversation.followup.phrases import find_phrases
from service.conversation.followup.verbforms import base_of, past_of
from service.conversation.followup.wording import settled
from service.conversation.followup.words import Clause, Word, is_auxiliary, read_clause, read_words
from service.evidence import grammar
from service.evidence.questions import answer_words

LEAD = r"(?:(?:and|but|so|ok|okay|well|then|yes|no|thanks|hmm|um|right|sure|great|interesting|i see)\b[\s,.!:;–—-]*)*"
_WH = (
    r"(?P<wh>why(?: not)?|when(?: exactly)?|where(?: exactly)?|how(?: exactly| so| come| long| far)?|"
    r"(?:since|until|till) when|for how long|by whom|by who|who by|with whom|against whom|for whom|"
    r"(?:with|in|by|from|at|on|for|to|against|of) (?:how (?:many|much)|what|which) \w+|"
    r"(?:in |on |at )?(?:what|which) (?:year|month|day|date|century|decade|time|place|town|city|country))"
)
_BARE = re.compile(rf"\s*{LEAD}{_WH}\s*[?.!…]*\s*", re.IGNORECASE)
_THAT = re.compile(
    rf"\s*{LEAD}{_WH} (?:was|is|were|did|does|has|had)n?['’]?t? (?:(?:that|this|it)(?: all)?(?P<happen> "
    r"(?:happen|occur|take place|happened|occurred|taking place|done))|(?:that|this)|"
    r"(?:they|he|she|it|we|you) do (?:that|this|it|so))(?: exactly)?\s*[?.!…]*\s*",
    re.IGNORECASE,
)
_NEXT = re.compile(
    rf"\s*{LEAD}(?:(?:what (?:happened|came|followed|was|is)|what)?\s*"
    r"(?P<way>next|then|after(?:wards?| (?:that|this|it))|later"
    r"(?: on)?|before (?:that|this|it)|following (?:that|this))(?: happened)?|then what)\s*[?.!…]*\s*",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    rf"\s*{LEAD}how (?P<much>many|much)(?: (?:were|was|are) (?:there|they|it|that))?\s*[?.!…]*\s*", re.IGNORECASE
)
_MAX_SUBJECT_WORDS = 8
_MAX_DATED_WORDS = 15


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question taken apart: its words, its clause, and the asking words with what they ask about."""

    text: str
    words: Sequence[Word]
    clause: Clause
    answer: str


def ask_again(message: str, discourse: Discourse) -> str | None:
    """Return the last question with the asking words of the message, None where the message asks nothing like that."""
    bare = _BARE.fullmatch(message) or _THAT.fullmatch(message)
    if bare is not None:
        return reframe(bare["wh"], discourse.last) or _about_event(bare["wh"], discourse)
    amount = _AMOUNT.fullmatch(message)
    if amount is not None:
        return _how_many(amount["much"].lower(), discourse)
    after = _NEXT.fullmatch(message)
    if after is not None:
        way = "before" if (after["way"] or "").lower().startswith("before") else "after"
        event = event_of(discourse)
        return None if event is None else f"What happened {way} {event}?"
    return None


def event_of(discourse: Discourse) -> str | None:
    """Return words for what the last exchange told: its date, its event, or what happened as a clause."""
    return date_of(discourse.exchanges[-1:]) or _event_named(discourse) or statement_of(discourse.last)


def date_of(exchanges: Sequence[Exchange]) -> str | None:
    """Return the date that was spoken of last: an answer's before a question's."""
    for exchange in reversed(exchanges):
        answer = exchange.answer or ""
        for text in (answer if len(answer.split()) <= _MAX_DATED_WORDS else "", exchange.question):
            dates = answer_words("date", text)
            if dates:
                # A range is named by its end: what came after it came after that.
                start, end = dates[-1]
                return text[start:end]
    return None


def _event_named(discourse: Discourse) -> str | None:
    events = (one for one in discourse.mentions if one.kind == "event" and one.turn == 0 and one.source != "evidence")
    found = next(events, None)
    return None if found is None else settled(found.text)


def _about_event(wh: str, discourse: Discourse) -> str | None:
    event = _event_named(discourse)
    return f"{_capital(wh)} was {event}?" if event is not None else None


def reframe(wh: str, exchange: Exchange) -> str | None:
    """Return the question of an exchange asked with other asking words, None where its parts are not sure."""
    text = exchange.question.strip()
    words = read_words(text)
    clause = read_clause(words)
    told = _told(exchange) if clause.verb >= 0 and words[clause.verb].word in ("happen", "happened") else None
    if told is not None:
        text, words, clause = told, read_words(told), read_clause(read_words(told))
    asked = _Asked(text, words, clause, _short(exchange.answer))
    wh = _capital({"who by": "by whom", "by who": "by whom", "how so": "how", "how come": "why"}.get(wh.lower(), wh))
    if wh.lower() == "why not":
        again = reframe("Why", exchange)
        at = -1 if again is None else read_clause(again_words := read_words(again)).verb
        return (
            None if again is None or at < 1 else f"{again[: again_words[at].start]}not {again[again_words[at].start :]}"
        )
    if clause.wh < 0:
        begins = clause.auxiliary == 0
        return f"{wh} {text[:1].lower()}{text[1:]}" if begins else None
    if clause.auxiliary > clause.wh:
        return _with_auxiliary(wh, asked)
    if clause.verb > clause.wh:
        return _without_auxiliary(wh, asked)
    return None


_CLAUSE = re.compile(
    r"(?P<subject>\S.{1,80}?) (?P<auxiliary>was|were|has|have|had|is|are) (?P<rest>\S.{2,160})", re.DOTALL
)


def _told(exchange: Exchange) -> str | None:
    """Return an answer that is a clause as a question of yes or no: "Was the mayor ousted?"."""
    answer = (exchange.answer or "").strip(' ".')
    words = read_words(answer)
    verb = read_clause(words).verb
    base = base_of(words[verb].word) if verb > 0 and len(words) <= _MAX_DATED_WORDS else None
    if base is not None and not any(is_auxiliary(word) for word in words[:verb]):
        return f"Did {settled(answer[: words[verb].start].strip())} {base}{answer[words[verb].end :]}?"
    found = _CLAUSE.fullmatch(answer)
    if found is None or not grammar.is_participle(found["rest"].split()[0].lower()):
        return None
    return f"{found['auxiliary'].capitalize()} {settled(found['subject'])} {found['rest']}?"


def _short(answer: str | None) -> str:
    """Return an answer that can stand as a part of a sentence, "" where it cannot."""
    text = (answer or "").strip(' ".,;:“”')
    return settled(text) if text and len(text.split()) <= _MAX_SUBJECT_WORDS else ""


def _with_auxiliary(wh: str, asked: _Asked) -> str | None:
    words, clause = asked.words, asked.clause
    rest = asked.text[words[clause.auxiliary].start :]
    if _is_adverbial(asked):
        return f"{wh} {rest}"
    subject = clause.verb == clause.auxiliary + 1 or (clause.verb < 0 and words[clause.auxiliary].word in _BE)
    what = _what_asked(asked)
    if not what:
        return None
    if subject:
        tail = asked.text[words[clause.auxiliary].end :]
        return f"{wh} {words[clause.auxiliary].text} {what}{tail}"
    if clause.verb < 0:
        return None
    end = words[clause.verb].end
    if words[clause.verb].word == "do":
        doing = asked.text[words[clause.auxiliary].start : words[clause.verb].start]
        return f"{wh} {doing}{_done(what)}{asked.text[end:]}"
    return f"{wh} {asked.text[words[clause.auxiliary].start : end]} {what}{asked.text[end:]}"


_BE = frozenset({"is", "are", "was", "were"})


def _done(answer: str) -> str:
    """Return what was done as it stands after "did": "suspended Mali" gives "suspend Mali", a thing "do that"."""
    first, _, rest = answer.partition(" ")
    base = base_of(first.lower())
    return f"{base} {rest}".strip() if base is not None else "do that"


def _is_adverbial(asked: _Asked) -> bool:
    words, at = asked.words, asked.clause.wh
    first = words[at].word
    if first in ("when", "where", "why"):
        return True
    between = [word.word for word in words[at + 1 : asked.clause.auxiliary]]
    if first == "how":
        return not between or between[0] not in ("many", "much")
    before = words[at - 1].word if at else ""
    return before in grammar.PREPOSITIONS or (bool(between) and between[-1] in TIMES)


def _what_asked(asked: _Asked) -> str:
    """Return the answer, or what was counted, to stand where the asking words asked."""
    words, at = asked.words, asked.clause.wh
    end = asked.clause.auxiliary if asked.clause.auxiliary > at else asked.clause.verb
    counted = words[at].word == "how"
    if counted and at + 2 < end:
        return asked.text[words[at + 2].start : words[end - 1].end]
    return asked.answer


def _without_auxiliary(wh: str, asked: _Asked) -> str | None:
    verb = asked.words[asked.clause.verb]
    what = _what_asked(asked) or ("someone" if asked.words[asked.clause.wh].word == "who" else "something")
    tail = asked.text[verb.end :]
    base = base_of(verb.word)
    if base is not None:
        return f"{wh} did {what} {base}{tail}"
    if grammar.is_third_person(verb.word):
        return f"{wh} is it that {what} {verb.text}{tail}"
    return f"{wh} was it that {what} {verb.text}{tail}"


def _how_many(much: str, discourse: Discourse) -> str | None:
    """Return the last question with what it spoke of counted: "Were men killed?" gives "How many men were"."""
    text = discourse.last.question.strip()
    words = read_words(text)
    clause = read_clause(words)
    plural = [one for one in find_phrases(text, words, discourse.known) if one.kind == "several" and not one.name]
    if not plural or clause.auxiliary < 0:
        return None
    one = plural[0]
    counted = re.sub(r"^(?:the|any|some|many|several|these|those) ", "", one.text, flags=re.IGNORECASE)
    auxiliary = words[clause.auxiliary]
    middle, tail = text[auxiliary.end : one.start].strip(), text[one.end :]
    if not middle and auxiliary.word in ("do", "does", "did"):
        # What was asked about it need not hold of each: "Where did its men come from?".
        owned = re.search(r"['’]s\b", one.text) is not None
        return f"How {much} {'of ' + one.text if owned else counted} were there?"
    parts = ["How", much, counted, auxiliary.text.lower(), *([middle] if middle else [])]
    return " ".join(parts) + tail


def statement_of(exchange: Exchange) -> str | None:
    """Return what a question and its answer tell as a clause ("the Dockers took Orvik"), None where it is not sure."""
    text = exchange.question.strip().rstrip(" ?.!")
    words = read_words(text)
    clause = read_clause(words)
    asked = _Asked(text, words, clause, _short(exchange.answer))
    if clause.wh >= 0 and clause.auxiliary < 0 <= clause.verb:
        what = _what_asked(asked)
        return (
            f"{what}{text[words[clause.verb - 1].end : words[clause.verb].start]}{text[words[clause.verb].start :]}"
            if what
            else None
        )
    if clause.auxiliary < 0 or clause.verb <= clause.auxiliary + 1 or (clause.wh >= 0 and not _is_adverbial(asked)):
        return None
    subject = text[words[clause.auxiliary].end : words[clause.verb].start].strip()
    verb, tail = words[clause.verb], text[words[clause.verb].end :]
    auxiliary = words[clause.auxiliary].word
    told = past_of(verb.word) if auxiliary == "did" else f"{auxiliary} {verb.text}"
    return f"{subject} {told}{tail}"


def _capital(wh: str) -> str:
    return wh[:1].upper() + wh[1:]


def at_date(date: str) -> str:
    """Return a date with its preposition: "in 1850", "on 12 May 1850"."""
    return f"{date_preposition(date)} {date}"
