// Quotes as cards: the verbatim words, where they stand, and the ways to open or copy them.

import { place as address } from "./address.js";
import { announce, el } from "./dom.js";
import { toUnits } from "./text.js";

const COPIED_FOR = 2000;

/** Open a quote in its document beside the page; focus returns to `from` on closing. */
export async function openCitation(citation, from) {
  (await import("./source.js")).openCitation(citation, from);
}

/** Where a quote stands, in words. */
export function place({ section, page }) {
  return [...section, ...(page === null ? [] : [`page ${page}`])].join(" › ");
}

/** The citation's text as nodes, the words that carry the answer marked. */
export function quoteNodes({ text, start, highlight }) {
  if (highlight === null) return [text];
  const [from, to] = toUnits(text, [highlight.start - start, highlight.end - start]);
  return [text.slice(0, from), el("mark", {}, text.slice(from, to)), text.slice(to)];
}

/** A quote with its reference, as plain text to paste. */
export function reference(citation) {
  const where = [citation.title, place(citation)].filter(Boolean).join(", ");
  return `“${citation.text}”\n— ${where}\n${citation.id}`;
}

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Without https there is no clipboard object; the old command still works.
  const holder = el("textarea", { class: "visually-hidden", readonly: true });
  holder.value = text;
  document.body.append(holder);
  holder.select();
  const copied = document.execCommand("copy");
  holder.remove();
  if (!copied) throw new Error("The browser refused to copy.");
}

/** A button that copies what `text()` gives. */
export function copyButton(label, text) {
  const button = el("button", { type: "button", class: "plain copy" }, label);
  button.addEventListener("click", async () => {
    const before = document.activeElement;
    let outcome = "Copied";
    try {
      await copy(text());
    } catch {
      outcome = "Could not copy: select the words instead";
    }
    before?.focus();
    button.textContent = outcome;
    announce(outcome);
    setTimeout(() => (button.textContent = label), COPIED_FOR);
  });
  return button;
}

/** The other documents that say the same words; each opens at its place. */
function copiesOf({ copies = [] }) {
  if (copies.length === 0) return null;
  const opener = (copy) => {
    const open = el("button", { type: "button", class: "plain" }, copy.title);
    open.addEventListener("click", () => openCitation({ ...copy, section: [], highlight: null }, open));
    return open;
  };
  return el("p", { class: "where copies" }, el("span", { class: "quiet" }, "Word for word also in "), copies.flatMap((copy, index) => [index > 0 ? ", " : null, opener(copy)]));
}

/** One quote; `number` is null where quotes are not evidence, and `extra` nodes stand between text and reference. */
export function card(citation, number = null, extra = []) {
  const open = el("button", { type: "button", class: "plain open" }, "Open in source");
  open.addEventListener("click", () => openCitation(citation, open));
  const where = place(citation);
  const node = el(
    "li",
    { class: "card", "data-citation": citation.id, "aria-current": address().source === citation.id && "true" },
    number === null ? null : el("span", { class: "number", "aria-label": `Quote ${number}` }, String(number)),
    el("blockquote", {}, quoteNodes(citation)),
    extra,
    el("p", { class: "where" }, el("cite", {}, citation.title), where && el("span", { class: "quiet" }, ` › ${where}`)),
    copiesOf(citation),
    el("p", { class: "actions" }, open, copyButton("Copy quote with reference", () => reference(citation))),
  );
  node.addEventListener("click", (event) => {
    const selecting = getSelection().type === "Range" && node.contains(getSelection().anchorNode);
    if (!selecting && !event.target.closest("button")) open.click();
  });
  return node;
}

/** The quotes that prove something, numbered. */
export function evidenceList(citations) {
  return el("ol", { class: "cards" }, citations.map((citation, index) => card(citation, index + 1)));
}
