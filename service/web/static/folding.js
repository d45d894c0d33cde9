// A long list of quotes: the first few, the others folded under them.

import { card } from "./citations.js";
import { count, el } from "./dom.js";

const SHOWN = 3;

/** The quotes that prove something, as cards with the numbers their pills have. */
export function foldedList(citations, numbers) {
  const cards = citations.map((citation) => card(citation, numbers.get(citation.id)));
  // One more is no reason to fold.
  const shown = cards.length === SHOWN + 1 ? cards.length : SHOWN;
  const rest = cards.slice(shown);
  const folded = () => el("details", { class: "others" }, el("summary", {}, `${count(rest.length, "more quote")}`), el("ol", { class: "cards" }, rest));
  return [el("ol", { class: "cards" }, cards.slice(0, shown)), ...(rest.length > 0 ? [folded()] : [])];
}
