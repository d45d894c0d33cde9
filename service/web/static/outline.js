// The outline of a document beside its text: each section a button that brings it into view.

import * as api from "./api.js";
import { byId, el } from "./dom.js";

const roomy = matchMedia("(min-width: 60.01rem)");
const box = byId("outline");
const list = byId("outline-list");

/** Take the outline away. */
export function clearOutline() {
  box.hidden = true;
  list.replaceChildren();
}

/** The sections of a version of a document, null for the current one; none where they cannot be had. */
export async function sectionsOf(id, version, signal) {
  try {
    return (await api.outline(id, version, signal)).sections;
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return []; // a text is worth reading without its outline
  }
}

/** Show sections, unfolded if `open`; `goTo(offset)` brings a place of the text into view. */
export function showOutline(sections, open, goTo) {
  const top = Math.min(...sections.map(({ level }) => level));
  const rows = sections.map(({ title, level, start }) => {
    const button = el("button", { type: "button", class: "plain" }, title);
    button.addEventListener("click", () => {
      for (const other of list.querySelectorAll("[aria-current]")) other.removeAttribute("aria-current");
      button.setAttribute("aria-current", "location");
      if (!roomy.matches) box.open = false;
      goTo(start);
    });
    return el("li", { "data-depth": String(Math.min(level - top, 3)) }, button);
  });
  list.replaceChildren(...rows);
  box.hidden = rows.length === 0;
  box.open = open && roomy.matches;
}
