// Passages that are near but prove nothing: each folded to its first lines, until a person wants all of it.

import { card } from "./citations.js";
import { el } from "./dom.js";

const WORDS = { false: "Show all of it", true: "Show less" };

/** Fold the quote of a card; the button that unfolds it is there only where something is hidden. */
function folded(node) {
  const quote = node.querySelector("blockquote");
  const toggle = el("button", { type: "button", class: "plain unfold" });
  const show = (whole) => {
    quote.classList.toggle("folded", !whole);
    toggle.setAttribute("aria-expanded", String(whole));
    toggle.textContent = WORDS[whole];
  };
  const whole = () => toggle.getAttribute("aria-expanded") === "true";
  toggle.addEventListener("click", () => show(!whole()));
  // How much fits depends on the width, and is known only once the card is shown.
  new ResizeObserver(() => (toggle.hidden = !whole() && quote.scrollHeight <= quote.clientHeight)).observe(quote);
  show(false);
  node.querySelector(".actions").prepend(toggle);
  return node;
}

/** Passages that are near but prove nothing. */
export function nearestList(citations, title = "Closest passages (not an answer)") {
  if (citations.length === 0) return [];
  return [
    el("h3", { class: "nearest-title" }, title),
    el("ul", { class: "cards nearest" }, citations.map((citation) => folded(card({ ...citation, highlight: null })))),
  ];
}
