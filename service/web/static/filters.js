// Chips that are legend and filter at once: how each verdict is marked, how many there are, and whether to show only it.

import { VERDICTS } from "./claims.js";
import { el } from "./dom.js";

/** Make the chips; `changed(labels)` gets the set of verdicts to show. With none pressed, all are. */
export function filters(changed) {
  const chosen = new Set();
  const tallies = new Map();

  function chip([label, { legend }]) {
    const tally = el("span", { class: "tally" }, "0");
    const words = el("span", { class: "marked", "data-verdict": label }, legend);
    const button = el("button", { type: "button", class: "chip", "aria-pressed": "false", disabled: true }, words, " ", tally);
    button.addEventListener("click", () => {
      const pressed = !chosen.delete(label);
      if (pressed) chosen.add(label);
      button.setAttribute("aria-pressed", String(pressed));
      changed(new Set(chosen.size > 0 ? chosen : Object.keys(VERDICTS)));
    });
    tallies.set(label, { tally, button, number: 0 });
    return button;
  }

  const node = el("div", { class: "chips", role: "group", "aria-label": "Show only" }, Object.entries(VERDICTS).map(chip));

  function add(label) {
    const held = tallies.get(label);
    held.number += 1;
    held.tally.textContent = held.number.toLocaleString("en");
    held.button.disabled = false;
  }

  return { node, add };
}
