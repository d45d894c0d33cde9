// The source panel: what the address bar's #c1:… names is shown beside the answer, with the words marked.

import * as api from "./api.js";
import { byId, el, problem } from "./dom.js";
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

/** Open a citation that is on the page; focus returns to `from` on closing. */
export function openCitation(citation, from) {
  known.set(citation.id, citation);
  go(CITATION, citation.id.slice(CITATION.length), from);
}

/** Open the current version of a whole document. */
export function openDocument(id, from) {
  go(DOCUMENT, id, from);
}

function go(kind, rest, from) {
  opener = from;
  const hash = `#${kind}${rest}`;
  if (location.hash === hash) follow();
  else location.hash = hash;
}

function named() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
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

/** A citation by its id: from this page, or resolved by the service with what became of it. */
async function resolve(id, signal) {
  if (known.has(id)) return { citation: known.get(id), status: "current", current: null };
  return api.citation(id, signal);
}

async function showCitation(id, signal) {
  const { citation, status, current } = await resolve(id, signal);
  heading(citation.title, [...citation.section, ...(citation.page === null ? [] : [`page ${citation.page}`])].join(" › "));
  const note = [STATUS[status]];
  if (current && current.id !== citation.id) {
    note.push(el("button", { type: "button", class: "plain", click: () => openCitation(current, opener) }, "Show in the current version"));
  }
  byId("source-note").replaceChildren(...note);
  const quoted = await text(citation.document_id, citation.version, signal);
  const place = locate(quoted.text, citation);
  if (place === null) byId("source-note").append("The quoted words were not found at their place in this text, so nothing is marked.");
  byId("source-quote").hidden = place === null;
  render(body, quoted.text, place);
}

async function showDocument(id, signal) {
  const whole = await text(id, null, signal);
  heading(whole.title, `version ${whole.version}`);
  render(body, whole.text, null);
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
  running?.abort();
  const name = named();
  const cited = name.startsWith(CITATION);
  if (!cited && !name.startsWith(DOCUMENT)) return closePanel();
  const { signal } = (running = new AbortController());
  byId("source-note").replaceChildren();
  byId("source-quote").hidden = true;
  mark(cited ? name : null);
  if (panel.hidden) {
    heading("Source", "");
    body.replaceChildren();
  }
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

function close() {
  history.pushState(null, "", location.pathname + location.search);
  follow();
}

byId("source-close").addEventListener("click", close);
byId("source-quote").addEventListener("click", () => scrollToQuote(body));
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented && !panel.hidden) close();
});
addEventListener("hashchange", follow);
