// The source panel: what the address bar's #c1:… names is shown beside the answer, with the words marked.

import { go, place as address } from "./address.js";
import * as api from "./api.js";
import { place } from "./citations.js";
import { byId, el, problem } from "./dom.js";
import { clearOutline, sectionsOf, showOutline } from "./outline.js";
import { locate, render, scrollToQuote } from "./reader.js";

const CITATION = "c1:";
const DOCUMENT = "document:";
const KEPT_TEXTS = 3;
const QUOTED_VERSION = "This is the version that was quoted.";
const STATUS = {
  current: "",
  moved: `The document has changed since; the same words now stand elsewhere in it. ${QUOTED_VERSION}`,
  changed: `The document has changed since and now says this differently. ${QUOTED_VERSION}`,
  gone: `These words are no longer in the documents: theirs was removed or rewritten. ${QUOTED_VERSION}`,
};

const panel = byId("source");
const body = byId("source-body");
const known = new Map(); // citations met on this page, with the highlight that their id does not carry
const texts = new Map();
let opener = null;
let running = null;
let shown = null;

/** Open a citation that is on the page; focus returns to `from` on closing. */
export function openCitation(citation, from) {
  known.set(citation.id, citation);
  open(citation.id, from);
}

/** Open the current version of a whole document. */
export function openDocument(id, from) {
  open(DOCUMENT + id, from);
}

function open(source, from) {
  opener = from;
  shown = null;
  go({ source });
}

async function text(id, version, signal) {
  const key = `${id}@${version}`;
  if (version !== null && texts.has(key)) return texts.get(key);
  const fetched = await api.documentText(id, version, signal);
  texts.set(`${id}@${fetched.version}`, fetched);
  if (texts.size > KEPT_TEXTS) texts.delete(texts.keys().next().value);
  return fetched;
}

function heading(title, place) {
  byId("source-title").textContent = title;
  byId("source-place").textContent = place;
}

/** What the reader's eye is on: where they came from or, where that stands beside a text, its place in the text. */
function held() {
  return byId(opener?.closest("[data-beside]")?.dataset.beside) ?? opener;
}

/** Run `change`, keeping the node the reader came from where it was on screen. */
function steady(change) {
  const node = held();
  const before = node?.getBoundingClientRect().top;
  change();
  if (!node?.isConnected) return;
  window.scrollBy(0, node.getBoundingClientRect().top - before);
  if (node !== opener) node.scrollIntoView({ block: "nearest" });
}

const narrow = matchMedia("(max-width: 60rem)");

function arrange() {
  byId("column").inert = narrow.matches && !panel.hidden;
}

narrow.addEventListener("change", arrange);

function reveal() {
  if (panel.hidden) {
    steady(() => {
      panel.hidden = false;
      document.body.classList.add("reading");
    });
    arrange();
  }
  byId("source-title").focus({ preventScroll: true });
}

function mark(id) {
  for (const card of document.querySelectorAll("[data-citation]")) {
    if (card.dataset.citation === id) card.setAttribute("aria-current", "true");
    else card.removeAttribute("aria-current");
  }
}

/** Say what became of the quoted words, and whether they are marked. */
function note({ status, current }, citation, at) {
  const elsewhere = () => openCitation(current, opener);
  byId("source-note").replaceChildren(
    STATUS[status],
    current && current.id !== citation.id ? el("button", { type: "button", class: "plain", click: elsewhere }, "Show in the current version") : "",
    at === null ? "The quoted words were not found at their place in this text, so nothing is marked." : "",
  );
}

async function showCitation(id, signal) {
  const asked = api.citation(id, signal);
  // What stands on the page is shown at once, and also where what became of it cannot be learnt.
  const resolved = known.has(id) ? asked.catch(() => ({ status: "current", current: null })) : asked;
  const citation = known.get(id) ?? (await resolved).citation;
  heading(citation.title, place(citation));
  const [quoted, sections] = await read(citation.document_id, citation.version, signal);
  const at = locate(quoted.text, citation);
  byId("source-quote").hidden = at === null;
  present(quoted.text, at, sections, false);
  const became = await resolved;
  if (!signal.aborted) note(became, citation, at);
}

async function showDocument(id, signal) {
  const [whole, sections] = await read(id, null, signal);
  heading(whole.title, `version ${whole.version}`);
  present(whole.text, null, sections, true);
}

const read = (id, version, signal) => Promise.all([text(id, version, signal), sectionsOf(id, version, signal)]);

/** The outline first: it takes room from the text, and the quote must stay in view. */
function present(words, at, sections, unfolded) {
  let goTo = () => {};
  showOutline(sections, unfolded, (offset) => goTo(offset));
  goTo = render(body, words, at);
}

function closePanel() {
  if (panel.hidden) return;
  steady(() => {
    panel.hidden = true;
    document.body.classList.remove("reading");
  });
  arrange();
  mark(null);
  const back = opener?.isConnected ? opener : byId("question");
  back.focus({ preventScroll: true });
  opener = null;
}

/** Show what the address names, or nothing. */
export async function follow() {
  const name = address().source;
  // The conversation changed, not the source.
  if (name === shown && !panel.hidden && !panel.querySelector(".problem")) return;
  shown = name;
  running?.abort();
  if (name === null) return closePanel();
  const cited = name.startsWith(CITATION);
  const { signal } = (running = new AbortController());
  byId("source-note").replaceChildren();
  byId("source-quote").hidden = true;
  clearOutline();
  mark(cited ? name : null);
  if (panel.hidden) {
    heading("Source", "");
    body.replaceChildren();
  }
  document.body.classList.toggle("whole", !cited);
  reveal();
  panel.setAttribute("aria-busy", "true");
  try {
    await (cited ? showCitation(name, signal) : showDocument(name.slice(DOCUMENT.length), signal));
  } catch (error) {
    if (signal.aborted) return;
    body.replaceChildren();
    byId("source-note").replaceChildren(problem(error, error.code === "network" ? follow : null));
  }
  panel.removeAttribute("aria-busy");
}

const close = () => go({ source: null });

byId("source-close").addEventListener("click", close);
byId("source-quote").addEventListener("click", () => scrollToQuote(body));
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented && !panel.hidden) close();
});
