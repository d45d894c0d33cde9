// The card that a glance at a pill shows: by pointer or by keyboard focus, until one looks away or presses Escape.

import { place, quoteNodes } from "./citations.js";
import { el } from "./dom.js";

const AFTER = 120;
const LINGERS = 250;
const EDGE = 12;
const GAP = 6;

const card = el("div", { class: "peek", id: "peek", role: "tooltip", hidden: true });
let pill = null;
let timer = 0;

function later(work, milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(work, milliseconds);
}

function hide() {
  clearTimeout(timer);
  card.hidden = true;
  pill?.removeAttribute("aria-describedby");
  pill = null;
}

/** Put the card under the pill or, where there is no room, over it. */
function arrange() {
  const at = pill.getBoundingClientRect();
  const left = Math.max(EDGE, Math.min(at.left - EDGE, document.documentElement.clientWidth - card.offsetWidth - EDGE));
  const below = at.bottom + GAP + card.offsetHeight < innerHeight;
  const top = below ? at.bottom + GAP : Math.max(EDGE, at.top - GAP - card.offsetHeight);
  card.style.left = `${left}px`;
  card.style.top = `${top}px`;
}

function show(node, citation) {
  if (!node.isConnected) return;
  hide();
  pill = node;
  const where = place(citation);
  card.replaceChildren(
    el("p", { class: "peek-quote" }, quoteNodes(citation)),
    el("p", { class: "where" }, el("cite", {}, citation.title), where && el("span", { class: "quiet" }, ` › ${where}`)),
  );
  document.body.append(card);
  card.hidden = false;
  arrange();
  node.setAttribute("aria-describedby", card.id);
}

card.addEventListener("pointerenter", () => clearTimeout(timer));
card.addEventListener("pointerleave", () => later(hide, LINGERS));
addEventListener("scroll", hide, { passive: true, capture: true });
addEventListener("resize", hide);
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || card.hidden) return;
  event.preventDefault();
  hide();
});

/** Show the card of `citation` at a glance at `node`. */
export function glance(node, citation) {
  node.addEventListener("pointerenter", ({ pointerType }) => pointerType !== "touch" && later(() => show(node, citation), AFTER));
  node.addEventListener("pointerleave", () => later(hide, LINGERS));
  node.addEventListener("focus", () => node.matches(":focus-visible") && show(node, citation));
  node.addEventListener("blur", hide);
  node.addEventListener("click", hide);
}
