// A document's text on screen: the whole of it or, if long, a window that grows; exactly the quoted words marked.

import { count, el } from "./dom.js";
import { toUnits, wholeUnit } from "./text.js";

const WHOLE_UP_TO = 400_000;
const WINDOW = 200_000;
const ABOVE = 16;

/** The UTF-16 places of a quote and its highlight, or null when the words are not there: mark nothing, not the wrong words. */
export function locate(text, { start, end, text: words, highlight }) {
  const inner = highlight ?? { start, end: start };
  const [from, markFrom, markTo, to] = toUnits(text, [start, inner.start, inner.end, end]);
  return text.slice(from, to) === words ? { from, markFrom, markTo, to } : null;
}

function textNodes(text, view, place) {
  if (place === null) return [text.slice(view.from, view.to)];
  const { from, markFrom, markTo, to } = place;
  const strong = markTo > markFrom ? el("mark", { class: "highlight" }, text.slice(markFrom, markTo)) : null;
  const quote = el("mark", { class: "quote" }, text.slice(from, markFrom), strong, text.slice(markTo, to));
  return [text.slice(view.from, from), quote, text.slice(to, view.to)];
}

/** Where a UTF-16 offset of a node's text is drawn. */
function topOf(node, offset) {
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  let left = offset;
  while (walker.nextNode()) {
    const { length } = walker.currentNode;
    if (left < length) {
      const range = new Range();
      range.setStart(walker.currentNode, left);
      range.setEnd(walker.currentNode, left + 1);
      return range.getBoundingClientRect().top;
    }
    left -= length;
  }
  return node.getBoundingClientRect().bottom;
}

/**
 * Show `text` in `body`; `place` (from `locate`) is what to mark, null for nothing. Returns a function that brings a
 * code point offset to the top of the view.
 */
export function render(body, text, place) {
  const view = { from: 0, to: text.length };
  if (text.length > WHOLE_UP_TO) {
    view.from = wholeUnit(text, Math.max(0, (place?.from ?? 0) - WINDOW / 2));
    view.to = wholeUnit(text, Math.min(text.length, (place?.to ?? 0) + WINDOW / 2));
  }

  function more(label, grow) {
    return el("button", { type: "button", class: "plain more", click: grow }, label);
  }

  function draw() {
    const above = more(`Show more above (${count(view.from, "character")})`, () => {
      const below = body.scrollHeight - body.scrollTop;
      view.from = wholeUnit(text, Math.max(0, view.from - WINDOW));
      draw();
      body.scrollTop = body.scrollHeight - below;
    });
    const below = more(`Show more below (${count(text.length - view.to, "character")})`, () => {
      const top = body.scrollTop;
      view.to = wholeUnit(text, Math.min(text.length, view.to + WINDOW));
      draw();
      body.scrollTop = top;
    });
    const block = el("div", { class: "document-text" }, textNodes(text, view, place));
    body.replaceChildren(view.from > 0 ? above : "", block, view.to < text.length ? below : "");
  }

  function goTo(offset) {
    const [at] = toUnits(text, [offset]);
    if (at < view.from || at >= view.to) {
      view.from = wholeUnit(text, Math.max(0, at - WINDOW / 2));
      view.to = wholeUnit(text, Math.min(text.length, at + WINDOW / 2));
      draw();
    }
    const top = topOf(body.querySelector(".document-text"), at - view.from);
    body.scrollTop += top - body.getBoundingClientRect().top - ABOVE;
    body.focus({ preventScroll: true });
  }

  draw();
  if (place === null) body.scrollTop = 0;
  else scrollToQuote(body);
  return goTo;
}

/** Bring the marked words to the upper third of the view. */
export function scrollToQuote(body) {
  const quote = body.querySelector("mark.quote");
  const target = quote.querySelector("mark.highlight") ?? quote;
  const within = target.getBoundingClientRect().top - body.getBoundingClientRect().top;
  body.scrollTop += within - body.clientHeight / 3;
}
