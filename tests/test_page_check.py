"""The page's "Check a text" in a real browser: each claim marked where it stands, with its quotes, as they come."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("playwright.sync_api")
import page_browser
from page_browser import SENTENCE, arrive, cite, event, fits, raw, slow_stream, texts
from playwright.sync_api import FilePayload, Locator, Page, Route, expect

pytestmark = pytest.mark.browser

browser, problems, page = page_browser.browser, page_browser.problems, page_browser.page

HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script>'
SUPPORTED = "The rebels overran Kidal, Gao and Timbuktu."
REFUTED = f"The cafés 🧭 of {HOSTILE} “were overrun by the rebels on two consecutive days”."
DISPUTED = "Gao\u0301 fell 🎉\nfirst."
SILENT = "Quokkas like marzipan."
PASSED = "Isn't that lovely?"
ALONE = "the moon is made of green cheese"
TEXT = (
    f"# Notes 👩🏽‍🚀 of the 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 expedition\n\n"
    f"Hello! {SUPPORTED} {REFUTED} {DISPUTED}\n\n{PASSED} “{ALONE}” {SILENT} And so on.\n"
)
MARKS = ["supported", "refuted", "conflicting", "not_enough_info"]


def span(words: str) -> dict[str, int]:
    """Code points, as the service counts."""
    start = TEXT.index(words)
    return {"start": start, "end": start + len(words)}


def verdict(claim: str, label: str, **fields: Any) -> dict[str, Any]:
    given = {"claim": claim, "span": span(claim), "standalone": None, "verdict": label, "confidence": 0.91}
    return given | {"supporting": [], "refuting": [], "reason": None, "nearest": []} | fields


def checked(page: Page) -> dict[str, Any]:
    """A CheckResult whose citations are real ones."""
    quote = cite(page, SENTENCE)
    start = quote["start"] + SENTENCE.index("overrun")
    marked = quote | {"highlight": {"start": start, "end": start + len("overrun by the rebels")}}
    other = cite(page, "three consecutive days")
    misquote = "were overrun by the rebels on two consecutive days"
    altered = page.request.post("v1/lookup", data={"quote": misquote}).json()
    assert altered["match"] == "altered"
    claims = [
        verdict(SUPPORTED, "supported", standalone="In 2012 the rebels overran them.", supporting=[marked]),
        verdict(REFUTED, "refuted", refuting=[other, marked]),
        verdict(DISPUTED, "conflicting", supporting=[marked], refuting=[other]),
        verdict(SILENT, "not_enough_info", reason="silent", nearest=[quote]),
    ]
    return {
        "claims": claims,
        "summary": dict(Counter(claim["verdict"] for claim in claims)),
        "passed_over": [
            {"text": "Hello!", "span": span("Hello!"), "kind": "greeting"},
            {"text": PASSED, "span": span(PASSED), "kind": "question"},
        ],
        "quotations": [
            {"text": misquote, "span": span(misquote), "lookup": altered},
            {"text": ALONE, "span": span(ALONE), "lookup": {"match": "absent", "results": []}},
        ],
    }


def opening(result: dict[str, Any]) -> str:
    outline = {"statements": len(result["claims"])} | {key: result[key] for key in ("passed_over", "quotations")}
    return event("start", outline)


def verdicts(result: dict[str, Any]) -> list[str]:
    of = len(result["claims"])
    return [event("verdict", claim | {"done": at, "of": of}) for at, claim in enumerate(result["claims"], start=1)]


def stream(result: dict[str, Any]) -> str:
    return ": wait\n\n" + opening(result) + "".join(verdicts(result)) + event("done", result)


def reply_with(page: Page, body: str, sent: list[dict[str, Any]] | None = None) -> None:
    def fulfill(route: Route) -> None:
        if sent is not None:
            sent.append(route.request.post_data_json)
        route.fulfill(body=body, content_type="text/event-stream; charset=utf-8")

    page.route("**/v1/check", fulfill)


def open_tab(page: Page, text: str = TEXT) -> None:
    page.goto("")
    page.get_by_role("tab", name="Check a text").click()
    expect(page.get_by_label("The text to check")).to_be_focused()
    page.get_by_label("The text to check").fill(text)


def check(page: Page) -> dict[str, Any]:
    """Check TEXT, and return what the service said."""
    result = checked(page)
    reply_with(page, stream(result))
    open_tab(page)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#check-result")).to_have_attribute("aria-busy", "false")
    return result


def claims(page: Page) -> Locator:
    return page.locator("#check-result .claim")


def labels(page: Page) -> list[str | None]:
    return claims(page).evaluate_all("nodes => nodes.map(node => node.dataset.verdict ?? null)")


def test_marks_every_claim_in_its_place_and_leaves_the_text_as_it_was(page: Page) -> None:
    check(page)
    assert raw(page, ".checked-text") == TEXT
    assert texts(claims(page)) == [SUPPORTED, REFUTED, DISPUTED, SILENT]
    assert labels(page) == MARKS
    signs = claims(page).evaluate_all("nodes => nodes.map(node => getComputedStyle(node, '::before').content[1])")
    assert signs == ["✓", "✗", "≠", "?"]
    lines = claims(page).evaluate_all("nodes => nodes.map(node => getComputedStyle(node).textDecorationStyle)")
    assert lines == ["solid", "wavy", "dashed", "dotted"]
    expect(page.locator(".summary")).to_have_text(
        "4 claims: 1 supported, 1 refuted, 1 disputed, 1 not in the documents"
    )
    expect(page.locator("#announce")).to_contain_text("4 claims: 1 supported")
    assert texts(page.locator(".passed")) == ["Hello!", PASSED]
    expect(page.locator(".passed").last).to_have_attribute("title", "Not checked: a question")
    page.get_by_text("2 stretches not checked").click()
    expect(page.locator(".passed-list li").first).to_contain_text("Not checked: a greeting")
    assert page.locator("#check-result img, #check-result script").count() == 0


def test_a_claim_shows_its_quotes_on_both_sides_and_they_open(page: Page) -> None:
    check(page)
    detail = page.locator(".detail")
    expect(detail).to_contain_text("Choose a claim")
    claims(page).nth(0).click()
    expect(claims(page).nth(0)).to_have_attribute("aria-current", "true")
    expect(detail.locator(".found")).to_have_text("The documents support this.")
    expect(detail).to_contain_text("confidence 0.91")
    expect(detail).to_contain_text("Checked as: In 2012 the rebels overran them.")
    assert texts(detail.locator("blockquote mark")) == ["overrun by the rebels"]
    detail.get_by_role("button", name="Open in source").click()
    assert raw(page, "mark.quote") == SENTENCE
    assert raw(page, "mark.highlight") == "overrun by the rebels"
    expect(page.locator("mark.quote")).to_be_in_viewport()
    expect(claims(page).nth(0)).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(page.locator("#source")).to_be_hidden()
    expect(detail.get_by_role("button", name="Open in source")).to_be_focused()
    page.keyboard.press("Escape")
    expect(detail).to_contain_text("Choose a claim")
    expect(claims(page).nth(0)).to_be_focused()
    claims(page).nth(2).click()
    expect(detail.locator(".found")).to_have_text("The documents disagree on this.")
    expect(detail.locator("h3")).to_have_text(["1 quote for it", "1 quote against it"])
    assert texts(detail.locator("ol").nth(1).locator("blockquote")) == ["three consecutive days"]
    claims(page).nth(3).click()
    expect(detail.locator(".found")).to_have_text("The documents do not say.")
    expect(detail).to_contain_text("none supports or refutes it")
    expect(detail.get_by_role("heading", name="Closest passages (no proof)")).to_be_visible()
    expect(detail.locator("ol, mark")).to_have_count(0)


def test_quotations_are_outlined_and_show_their_differences(page: Page) -> None:
    check(page)
    wrong = page.locator(".quotation")
    assert texts(wrong) == ["were overrun by the rebels on two consecutive days", ALONE]
    detail = page.locator(".detail")
    claims(page).nth(1).click()
    expect(detail).to_contain_text("Not verbatim")
    expect(detail.locator("del")).to_have_text("yours two")
    expect(detail.locator("ins")).to_have_text("source three")
    wrong.last.click()
    expect(detail).to_contain_text("These words do not stand in the documents.")
    expect(detail.locator(".sign[data-verdict]")).to_have_count(0)


def test_filters_by_verdict(page: Page) -> None:
    check(page)
    chips = page.locator(".chips button")
    assert texts(chips) == ["supported 1", "refuted 1", "documents disagree 1", "not in the documents 1"]
    refuted = page.get_by_role("button", name=re.compile(r"^refuted 1$"))
    expect(refuted).to_have_attribute("aria-pressed", "false")
    claims(page).nth(0).click()
    refuted.click()
    expect(refuted).to_have_attribute("aria-pressed", "true")
    assert labels(page) == [None, "refuted", None, None]
    expect(page.locator(".claim[tabindex]")).to_have_count(1)
    expect(page.locator(".claim[tabindex='0']")).to_have_text(REFUTED)
    expect(page.locator(".detail")).to_contain_text("Choose a claim")
    claims(page).nth(0).click()
    expect(page.locator(".detail")).to_contain_text("Choose a claim")
    page.get_by_role("button", name=re.compile(r"^supported 1$")).click()
    assert labels(page) == ["supported", "refuted", None, None]
    refuted.click()
    assert labels(page) == ["supported", None, None, None]
    page.get_by_role("button", name=re.compile(r"^supported 1$")).click()
    assert labels(page) == MARKS
    assert raw(page, ".checked-text") == TEXT


def test_works_by_keyboard_alone(page: Page) -> None:
    check(page)
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.claim')"):
            break
    expect(claims(page).nth(0)).to_be_focused()
    expect(page.get_by_role("button", name=f"supported: {SUPPORTED}")).to_be_focused()
    page.keyboard.press("j")
    expect(claims(page).nth(1)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.locator(".detail .found").first).to_have_text("The documents refute this.")
    expect(page.locator("#announce")).to_contain_text("The documents refute this. Confidence 0.91, 2 quotes.")
    expect(claims(page).nth(1)).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator(".detail .found")).to_have_text("The documents disagree on this.")
    page.keyboard.press("End")
    expect(claims(page).nth(3)).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("Tab")
    expect(page.locator(".detail").get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert raw(page, "mark.quote") == SENTENCE


def test_verdicts_arrive_one_by_one_and_stop_keeps_them(page: Page) -> None:
    result = checked(page)
    page.add_init_script(slow_stream("v1/check"))
    open_tab(page)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator(".progress")).to_contain_text("Reading the text…")
    assert raw(page, ".checked-text") == TEXT
    arrive(page, opening(result))
    expect(page.locator(".progress")).to_contain_text("0 of 4 claims")
    first, second, *_ = verdicts(result)
    arrive(page, first)
    expect(claims(page)).to_have_count(1)
    inside_emoji = len(second[: second.index("🧭")].encode()) + 2
    arrive(page, second.replace("\n", "\r\n"), inside_emoji)
    expect(page.locator(".progress")).to_contain_text("2 of 4 claims")
    expect(page.get_by_role("progressbar", name="Claims checked")).to_have_js_property("value", 2)
    assert texts(claims(page)) == [SUPPORTED, REFUTED]
    assert raw(page, ".checked-text") == TEXT
    page.get_by_role("button", name="Stop").click()
    assert page.evaluate("window.ended")
    expect(page.locator(".summary")).to_have_text("Stopped after 2 of 4 claims; the rest of the text was not checked.")
    expect(page.locator(".summary")).to_be_focused()
    expect(page.locator(".progress")).to_have_count(0)
    expect(page.locator("#check-result")).to_have_attribute("aria-busy", "false")
    claims(page).nth(1).click()
    expect(page.locator(".detail .found").first).to_have_text("The documents refute this.")
    page.get_by_role("button", name="Check", exact=True).click()
    arrive(page, stream(result))
    expect(claims(page)).to_have_count(4)
    expect(page.locator(".summary")).to_contain_text("4 claims")


def test_says_what_went_wrong(page: Page, problems: list[str]) -> None:
    result = checked(page)
    answers: list[Callable[[Route], None]] = [
        lambda route: route.abort(),
        lambda route: route.fulfill(status=503, json={"error": {"code": "busy", "message": "All workers are busy."}}),
        lambda route: route.fulfill(
            body=opening(result) + event("error", {"error": {"code": "x", "message": "It went wrong."}})
        ),
        lambda route: route.fulfill(body=opening(result) + verdicts(result)[0]),
        lambda route: route.fulfill(body=stream(result)),
    ]
    page.route("**/v1/check", lambda route: answers.pop(0)(route))
    open_tab(page)
    page.get_by_role("button", name="Check", exact=True).click()
    for words in ("citecheck serve", "All workers are busy.", "It went wrong.", "before everything was checked"):
        expect(page.locator("#check-result .problem")).to_contain_text(words)
        page.get_by_role("button", name="Try again").click()
    expect(page.locator(".summary")).to_contain_text("4 claims")
    expect(page.locator("#check-result .problem")).to_have_count(0)
    assert len(problems) == 2, "only the two failed requests"
    problems.clear()


def test_reads_a_file_and_says_why_not(page: Page) -> None:
    def pick(name: str, content: bytes) -> None:
        file: FilePayload = {"name": name, "mimeType": "text/plain", "buffer": content}
        page.locator("#check-file").set_input_files([file])

    open_tab(page, "")
    field = page.get_by_label("The text to check")
    notice = page.locator("#check-notice")
    pick("notes.md", b"\xef\xbb\xbf" + TEXT.encode())
    expect(field).to_have_value(TEXT)
    pick("notes.txt", "Café".encode("latin-1"))
    expect(notice).to_contain_text("not UTF-8")
    pick("notes.pdf", b"%PDF")
    expect(notice).to_contain_text("not a .txt or .md file")
    pick("long.txt", "🎉".encode() * 100_001)
    expect(notice).to_contain_text("more than 100,000 characters")
    expect(field).to_have_value(TEXT)
    pick("longish.txt", b"x" * 100_001)
    expect(notice).to_contain_text("The text has 100,001 characters; at most 100,000 are checked at once. Check it in")
    expect(page.locator("#panel-check .counter")).to_have_text("100,001 of 100,000 characters")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#check-result")).to_be_hidden()
    field.fill("🎉" * 60_000)
    expect(notice).to_be_empty()
    page.get_by_role("button", name="Clear the text").click()
    expect(field).to_have_value("")
    dropped = "name => { const data = new DataTransfer(); data.items.add(new File(['Dropped é'], name)); return data; }"
    data = page.evaluate_handle(dropped, "dropped.txt")
    page.dispatch_event("#text", "dragover", {"dataTransfer": data})
    expect(page.locator("#check-form")).to_have_class(re.compile("dropping"))
    page.dispatch_event("#text", "drop", {"dataTransfer": data})
    expect(field).to_have_value("Dropped é")


@pytest.mark.parametrize(
    ("button", "form", "name", "body"),
    [
        ("JSON", "json", "check.json", '{"claims": []}'),
        ("Markdown", "markdown", "check.md", "# Checked 🎉"),
        ("ClaimReview", "claimreview", "check.jsonld", "{}"),
    ],
)
def test_saves_what_was_checked(page: Page, problems: list[str], button: str, form: str, name: str, body: str) -> None:
    check(page)
    page.get_by_label("The text to check").fill("Something else by now.")
    page.unroute("**/v1/check")
    sent: list[dict[str, Any]] = []
    reply_with(page, body, sent)
    with page.expect_download() as download:
        page.get_by_role("button", name=button, exact=True).click()
    assert download.value.suggested_filename == name
    assert download.value.path().read_text(encoding="utf-8") == body
    assert sent == [{"text": TEXT, "format": form}]
    # The browser fetches what the page itself made; nothing else may be there.
    assert all(problem.startswith("blob:") for problem in problems)
    problems.clear()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_fits_a_narrow_screen(page: Page, scheme: Any) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(color_scheme=scheme)

    check(page)
    assert fits(page)
    for at in range(4):
        claims(page).nth(at).click()
        expect(page.locator(".detail .found").first).to_be_in_viewport()
        expect(claims(page).nth(at)).to_be_in_viewport()
        assert fits(page)
    page.get_by_role("button", name="Open in source").first.click()
    expect(page.locator("mark.quote")).to_be_in_viewport()
    assert fits(page)
