"""The gold claims and articles: refusals that help, and the shipped files held to the seeds and to their own rules."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval import anchoring, goldset
from eval.claimset import ARTICLES_FILE, CLAIMS_FILE, ArticlePart, GoldArticle, GoldClaim, load_articles, load_claims
from index.documents import Document, content_sha256
from index.errors import InputError, NotFound
from index.normalize import normalize

SEEDS = Path(__file__).parent.parent / "seeds"
TEXTS = {path.stem: path.read_bytes().decode("utf-8") for path in sorted(SEEDS.glob("0*.txt"))}
TEXT = "Kidal fell on 30 March. Gao fell on 31 March. Others say that Gao fell on 1 April. Gao is a town."
YES = {"document_id": "towns", "quote": "Gao fell on 31 March."}
NO = {"document_id": "towns", "quote": "Others say that Gao fell on 1 April."}

KINDS = {
    "supported": {"fact", "table", "infobox", "number", "date", "attributed"},
    "refuted": {"number", "date", "actor", "polarity", "place", "role"},
    "not_enough_info": {"near_miss", "unknown", "far"},
    "conflicting": {"date", "number", "holder", "actor", "fact"},
}


def finder(texts: dict[str, str]) -> Callable[[str], Document]:
    def find(identity: str) -> Document:
        if identity not in texts:
            raise NotFound(f"no {identity}", code="unknown_document")
        text = texts[identity]
        return Document(identity, identity, text, content_sha256(text), f"{identity}.txt")

    return find


def claim(**changes: Any) -> dict[str, Any]:
    made = {
        "id": "k1",
        "claim": "Gao fell on 31 March.",
        "verdict": "conflicting",
        "kind": "date",
        "style": "plain",
        "split": "dev",
        "supporting": [YES],
        "refuting": [NO],
    }
    return {key: value for key, value in {**made, **changes}.items() if value is not ...}


def article(**changes: Any) -> dict[str, Any]:
    made = {
        "id": "a1",
        "split": "dev",
        "text": "Dear all, Kidal fell. It was “lost” a day before Gao.",
        "claims": [
            {"text": "Kidal fell.", "verdict": "supported", "standalone": None},
            {
                "text": "It was “lost” a day before Gao.",
                "verdict": "conflicting",
                "standalone": "Kidal was lost a day before Gao.",
            },
        ],
        "passed_over": [{"text": "Dear all,", "kind": "greeting"}],
        "quotations": [{"text": "lost", "match": "absent"}],
    }
    return {key: value for key, value in {**made, **changes}.items() if value is not ...}


def write(folder: Path, *rows: Any) -> Path:
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def test_resolves_the_quotes_of_both_sides(tmp_path: Path) -> None:
    (loaded,) = load_claims(write(tmp_path, claim()), finder({"towns": TEXT}))
    (yes,), (no,) = loaded.supporting, loaded.refuting
    assert TEXT[yes.span.start : yes.span.end] == yes.quote == YES["quote"]
    assert TEXT[no.span.start : no.span.end] == no.quote == NO["quote"]
    assert (loaded.verdict, loaded.style, loaded.split) == ("conflicting", "plain", "dev")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"why": "x"}, r"why: unknown key; remove it, the keys are id, claim, .*\(supporting, refuting: document_id"),
        ({"refuting": ...}, r"refuting: this key is missing; add it"),
        ({"verdict": "true"}, r"verdict: input should be 'supported', 'refuted', 'conflicting' or 'not_enough_info'"),
        ({"style": "chatty"}, r"style: input should be 'plain' or 'paraphrased'"),
        ({"split": "train"}, r"split: .*'dev' or 'test'"),
        ({"claim": " "}, r"claim: .*at least 1 character"),
        ({"id": "first"}, r"the id 'first' was used on line 1; give this item its own"),
        ({"verdict": "supported"}, r"'supported' and so needs at least one supporting quote and no refuting one"),
        ({"verdict": "refuted", "refuting": []}, r"needs at least one refuting quote and no supporting one"),
        ({"refuting": []}, r"'conflicting' and so needs at least one quote on each side"),
        ({"verdict": "not_enough_info"}, r"'not_enough_info' and so needs no quotes"),
        ({"refuting": [YES]}, r"the quote 'Gao fell on 31 March\.' is on both sides; cut it down"),
        ({"refuting": [{**NO, "document_id": "rivers"}]}, r"no document 'rivers'; index it or correct document_id"),
        ({"refuting": [{**NO, "quote": "Gao"}]}, r"the quote 'Gao' stands 3 times in towns .*; lengthen it"),
        ({"refuting": [{**NO, "quote": "Others said that Gao fell on 1 April."}]}, r"is probably now .*; copy it from"),
    ],
)
def test_refuses_a_bad_claim_with_line_number_and_remedy(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    path = write(tmp_path, claim(id="first"), claim(**changes))
    with pytest.raises(InputError, match=message) as caught:
        load_claims(path, finder({"towns": TEXT}))
    assert caught.value.details["line"] == 2


def test_finds_the_slices_of_an_article(tmp_path: Path) -> None:
    (loaded,) = load_articles(write(tmp_path, article()))
    parts: tuple[ArticlePart, ...] = (*loaded.claims, *loaded.passed_over, *loaded.quotations)
    assert [loaded.text[part.span.start : part.span.end] for part in parts] == [part.text for part in parts]
    assert loaded.claims[1].standalone == "Kidal was lost a day before Gao."


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"title": "x"}, r"title: unknown key; remove it, the keys are id, split, text, .*quotations: text, match\)"),
        ({"claims": []}, r"article 'a1' has no claims; list at least one"),
        ({"claims": [{"text": "Kidal fell.", "verdict": "supported"}]}, r"claims\.0\.standalone: this key is missing"),
        ({"passed_over": [{"text": "Dear all,", "kind": "joke"}]}, r"passed_over\.0\.kind: input should be 'question'"),
        ({"passed_over": [{"text": "Dear friends,", "kind": "greeting"}]}, r"'Dear friends,' is not in the text of a1"),
        ({"passed_over": [{"text": "all, Kidal", "kind": "fragment"}]}, r"'all, Kidal' overlaps another slice"),
        ({"passed_over": [{"text": "l", "kind": "fragment"}]}, r"the quote 'l' stands 6 times in the text of a1"),
        (
            {"quotations": [{"text": "was “lost", "match": "absent"}]},
            r"not all that stands between two quotation marks",
        ),
        ({"quotations": [{"text": "lost", "match": "made up"}]}, r"quotations\.0\.match: input should be 'exact'"),
    ],
)
def test_refuses_a_bad_article_with_line_number_and_remedy(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        load_articles(write(tmp_path, article(**changes)))
    assert caught.value.details["line"] == 1


def test_refuses_an_empty_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no gold claims; write one JSON object a line"):
        load_claims(write(tmp_path), finder({}))
    with pytest.raises(InputError, match="holds no gold articles"):
        load_articles(write(tmp_path))


def test_what_moved_to_a_common_place_keeps_its_old_names() -> None:
    assert goldset.Evidence is anchoring.Evidence
    assert goldset.occurrences is anchoring.occurrences


@pytest.fixture(scope="module")
def claims() -> tuple[GoldClaim, ...]:
    return load_claims(CLAIMS_FILE, finder(TEXTS))


@pytest.fixture(scope="module")
def articles() -> tuple[GoldArticle, ...]:
    return load_articles(ARTICLES_FILE)


def words(text: str) -> set[str]:
    """The words that carry meaning, roughly: function words are short."""
    return {word for word in re.findall(r"\w+", normalize(text).text) if len(word) > 3 or word.isdigit()}


def test_the_shipped_claims_are_many_and_of_every_kind(claims: tuple[GoldClaim, ...]) -> None:
    assert len(claims) >= 150
    for verdict, least in {"supported": 50, "refuted": 50, "not_enough_info": 36, "conflicting": 14}.items():
        kinds = Counter(one.kind for one in claims if one.verdict == verdict)
        assert kinds.total() >= least
        assert set(kinds) == KINDS[verdict]


def test_both_splits_are_balanced(claims: tuple[GoldClaim, ...]) -> None:
    dev, test = (Counter((one.verdict, one.kind) for one in claims if one.split == split) for split in ("dev", "test"))
    assert dev == test
    assert dev.total() >= 75


def test_half_of_the_shipped_claims_are_paraphrased_and_share_fewer_words(claims: tuple[GoldClaim, ...]) -> None:
    shared: dict[str, list[float]] = {"plain": [], "paraphrased": []}
    for one in claims:
        said = words(one.claim)
        for part in (one.supporting or one.refuting)[:1]:
            shared[one.style].append(len(said & words(part.quote)) / len(said))
    assert 0.7 < len(shared["paraphrased"]) / len(shared["plain"]) < 1.3
    means = {style: sum(shares) / len(shares) for style, shares in shared.items()}
    assert means["paraphrased"] < 0.4 < 0.6 < means["plain"]


def test_no_shipped_claim_is_made_twice_and_each_is_a_sentence(claims: tuple[GoldClaim, ...]) -> None:
    made = Counter(normalize(one.claim).text for one in claims)
    assert [text for text, count in made.items() if count > 1] == []
    assert [one.id for one in claims if not re.fullmatch(r"[A-Z0-9].*\.", one.claim)] == []


def test_no_claim_stands_in_two_of_the_shipped_files() -> None:
    files = sorted(CLAIMS_FILE.parent.glob("claims*.jsonl"))
    assert len(files) == 4
    loaded = [one for path in files for one in load_claims(path, finder(TEXTS))]
    for said in ([one.id for one in loaded], [normalize(one.claim).text for one in loaded]):
        assert [text for text, count in Counter(said).items() if count > 1] == []


def test_quotes_of_shipped_claims_are_verbatim_and_stand_once(claims: tuple[GoldClaim, ...]) -> None:
    for one in claims:
        places = [(part.document_id, part.span) for part in (*one.supporting, *one.refuting)]
        assert len(places) == len(set(places)), one.id
        for part in (*one.supporting, *one.refuting):
            assert TEXTS[part.document_id].count(part.quote) == 1
            assert TEXTS[part.document_id][part.span.start : part.span.end] == part.quote


def test_the_shipped_articles_have_what_articles_have(articles: tuple[GoldArticle, ...]) -> None:
    assert Counter(one.split for one in articles) == {"dev": 3, "test": 3}
    for one in articles:
        assert 80 <= len(one.text.split()) <= 250, one.id
        assert {"question", "opinion"} <= {part.kind for part in one.passed_over}, one.id
        assert {"greeting", "heading"} & {part.kind for part in one.passed_over}, one.id
        assert {"exact", "altered"} <= {part.match for part in one.quotations}, one.id
        assert {part.verdict for part in one.claims} >= {"supported", "refuted", "not_enough_info"}, one.id
        assert sum(part.standalone is not None for part in one.claims) > len(one.claims) / 2, one.id


def test_every_stretch_of_a_shipped_article_is_a_claim_or_passed_over(articles: tuple[GoldArticle, ...]) -> None:
    for one in articles:
        left = list(one.text)
        parts: tuple[ArticlePart, ...] = (*one.claims, *one.passed_over)
        for part in parts:
            left[part.span.start : part.span.end] = " " * len(part.span)
        assert "".join(left).strip() == "", one.id


def test_quotations_of_shipped_articles_are_in_the_documents_as_they_say(articles: tuple[GoldArticle, ...]) -> None:
    folded = [normalize(text).text for text in TEXTS.values()]
    for quotation in (part for one in articles for part in one.quotations):
        exact = any(quotation.text in text for text in TEXTS.values())
        alike = any(normalize(quotation.text).text.strip() in text for text in folded)
        assert exact == (quotation.match == "exact"), quotation.text
        assert alike == (quotation.match in ("exact", "normalized")), quotation.text
