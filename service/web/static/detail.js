// What stands beside a checked text: how to walk it and, once a mark is chosen, what the documents say of it.

import { details, spoken } from "./claims.js";
import { announce, byId, el } from "./dom.js";

const HINT = "Choose a claim to see what the documents say of it.";
const KEYS = " The arrow keys or j and k go from claim to claim, Enter shows one.";

/** Make the place beside the text; `changed(mark)` is called with the mark that is shown, or null. */
export function detail(changed) {
  const node = el("section", { class: "detail", "aria-label": "What the documents say", keydown: escape });
  let shown = null;

  function render(...nodes) {
    node.classList.toggle("empty", shown === null);
    node.replaceChildren(...nodes);
    node.scrollTop = 0;
    // The source panel keeps this mark in its place where it would have kept the button it was opened from.
    if (shown) node.dataset.beside = shown.node.id;
    else delete node.dataset.beside;
    changed(shown);
  }

  function open(mark) {
    shown = mark;
    const close = el("button", { type: "button", class: "plain close", click: shut }, "Close");
    render(close, ...details(mark));
    mark.node.scrollIntoView({ block: "nearest" });
    announce(spoken(mark));
  }

  function clear() {
    shown = null;
    render(el("p", { class: "quiet" }, HINT, el("span", { class: "keys" }, KEYS)));
  }

  function shut() {
    const back = shown;
    clear();
    back?.node.focus({ preventScroll: true });
  }

  /** Escape closes what was opened last: the source, and only then this. */
  function escape(event) {
    if (event.key !== "Escape" || shown === null || !byId("source").hidden) return;
    event.preventDefault();
    shut();
  }

  clear();
  return { node, open, escape, follow: (mark) => shown !== null && shown !== mark && open(mark), clear, shown: () => shown };
}
