"""What the tests of the page share: a real browser on a real server, and the ways a person uses the page."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Browser, Locator, Page, Route, expect  # noqa: E402 - only where it is installed

CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
QUESTION = "When did the rebels take Timbuktu?"
UNANSWERABLE = "Who won the world chess championship in 1985?"
SENTENCE = (
    "As a consequence of the instability following the coup, Northern Mali's three largest cities—Kidal, Gao and "
    "Timbuktu—were overrun by the rebels on three consecutive days."
)
HOSTILE = (
    '<img src=x onerror="alert(1)"><script>alert(2)</script><svg onload=alert(3)> '
    "The quokka warden of Brindlewick is Ashgrove & daughters."
)
# A stand-in for fetch on one path alone: the test decides what has arrived, in which pieces.
_SLOW_STREAM = """
const real = window.fetch;
window.fetch = (path, options) => {
  if (!String(path).endsWith("PATH")) return real(path, options);
  const body = new ReadableStream({
    start(controller) {
      window.arrive = (bytes) => controller.enqueue(new Uint8Array(bytes));
      window.breakOff = () => controller.close();
      options.signal.addEventListener("abort", () => { window.ended = true; controller.error(options.signal.reason); });
    },
  });
  return Promise.resolve(new Response(body, { headers: { "Content-Type": "text/event-stream" } }));
};
"""
SCREENSHOTS = os.environ.get("PAGE_SCREENSHOTS")
# What a click at a slow machine may take, in milliseconds.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        assert "CI" not in os.environ, "continuous integration must have a Chromium"
        pytest.skip("no chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def problems() -> list[str]:
    """What went wrong in the page unseen; a test that provokes failures on purpose clears it."""
    return []


@pytest.fixture
def page(browser: Browser, live_server: str, problems: list[str]) -> Iterator[Page]:
    base = live_server.rstrip("/") + "/"
    context = browser.new_context(base_url=base, viewport={"width": 1280, "height": 860})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.on("console", lambda message: message.type in {"error", "warning"} and problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("dialog", lambda dialog: (problems.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda request: request.url.startswith((base, "data:")) or problems.append(request.url))
    yield page
    context.close()
    assert problems == []


@pytest.fixture
def add(page: Page) -> Iterator[Callable[[str, str], None]]:
    """Add a document through the API; it is removed afterwards."""
    added: set[str] = set()

    def put(name: str, text: str) -> None:
        reply = page.request.post("v1/documents", data={"id": name, "text": text})
        assert reply.ok, reply.text()
        added.add(name)

    yield put
    for name in added:
        page.request.delete(f"v1/documents/{name}")


@pytest.fixture
def shot(page: Page) -> Callable[[str], None]:
    """Keep a picture of the page in the folder PAGE_SCREENSHOTS; without one nobody would look at it."""

    def take(name: str) -> None:
        if not SCREENSHOTS:
            return
        folder = Path(SCREENSHOTS)
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{name}.png", animations="disabled")

    return take


def send(page: Page, question: str) -> None:
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")


def ask(page: Page, question: str) -> Locator:
    """Ask, and return the turn once it is answered."""
    before = page.locator(".turn").count()
    send(page, question)
    turn = page.locator(".turn").nth(before)
    expect(turn.locator(".asked")).to_have_text(question)
    expect(turn).to_have_attribute("aria-busy", "false")
    return turn


def look_up(page: Page, quote: str) -> None:
    page.get_by_role("tab", name="Look up a quote").click()
    expect(page.get_by_label("The quote to look up")).to_be_focused()
    page.get_by_label("The quote to look up").fill(quote)
    page.get_by_role("button", name="Look up").click()


def api_ask(page: Page, question: str) -> dict[str, Any]:
    return page.request.post("v1/ask", data={"question": question}).json()


def cite(page: Page, quote: str) -> dict[str, Any]:
    """A citation of words that stand in the documents."""
    reply = page.request.post("v1/lookup", data={"quote": quote}).json()
    assert reply["match"] == "exact", reply
    return reply["results"][0]["citation"]


def document_text(page: Page, citation: dict[str, Any]) -> str:
    path = f"v1/documents/{citation['document_id']}/text?version={citation['version']}"
    return page.request.get(path).json()["text"]


def event(name: str, data: object) -> str:
    """A server-sent event."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def turn_of(message: str, *citations: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A turn as the service would tell it."""
    turn = {"status": "answered", "answer": "so", "confidence": 0.9, "citations": citations, "alternatives": []}
    turn |= {"reason": None, "nearest": [], "read_as": None, "candidates": [], "conversation_id": "c" * 32, "turn": 1}
    turn |= {"message": message, "standalone_question": message, "context": None, "written": None, "feedback": None}
    return turn | {"created_at": "2026-11-21T12:00:00+00:00"} | fields


def told(turn: dict[str, Any], *extra: str) -> str:
    """The events of a turn; `extra` ones stand between the answer and the end."""
    retrieved = {"passages": 24, "documents": 5}
    quotes = [event("quote", citation) for citation in turn["citations"]]
    parts = [event("understood", turn), event("retrieved", retrieved), *quotes, event("answer", turn)]
    return "".join([*parts, *extra, event("done", turn)])


def slow_stream(path: str) -> str:
    """A script after which replies on `path` come by `arrive` alone."""
    return _SLOW_STREAM.replace("PATH", path)


def arrive(page: Page, data: str, cut: int | None = None) -> None:
    """Let a part of the stream arrive, in two pieces if `cut`."""
    encoded = data.encode()
    for piece in (encoded[:cut], encoded[cut:]) if cut else (encoded,):
        page.evaluate("bytes => window.arrive(bytes)", list(piece))


def answer_with(page: Page, *citations: dict[str, Any], **fields: Any) -> None:
    """Make the service answer with these citations; the conversation is not kept."""

    def fulfill(route: Route) -> None:
        turn = turn_of(route.request.post_data_json["message"], *citations, **fields)
        route.fulfill(body=told(turn), content_type="text/event-stream; charset=utf-8")

    page.route("**/v1/chat", fulfill)


def kept(page: Page) -> list[dict[str, Any]]:
    """The turns the service keeps of the conversation in the address."""
    found = re.search(r"#c=([^&]+)", page.url)
    assert found, page.url
    return page.request.get(f"v1/conversations/{found[1]}").json()["turns"]


def raw(page: Page, selector: str) -> str:
    return page.locator(selector).first.evaluate("node => node.textContent")


def texts(found: Locator) -> list[str]:
    return found.evaluate_all("nodes => nodes.map(node => node.textContent)")


def fits(page: Page) -> bool:
    """Whether nothing makes the page scroll sideways."""
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
