// Keyboard shortcuts, and the list of them.

import { byId } from "./dom.js";

const help = byId("help");

const writes = ({ target }) => target.closest("input, textarea, select, [contenteditable]") !== null;

/** Wire the shortcuts; `toQuestion()` brings a person to the question. */
export function shortcuts(toQuestion) {
  const plain = { "/": toQuestion, "?": () => help.showModal() };

  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || help.open) return;
    const control = event.ctrlKey || event.metaKey;
    let act = null;
    if (control && event.altKey && event.code === "KeyN") act = () => byId("new-conversation").click();
    else if (control && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") act = toQuestion;
    else if (!control && !event.altKey && !writes(event)) act = plain[event.key] ?? null;
    if (act === null) return;
    event.preventDefault();
    act();
  });
  // Escape closes the list of shortcuts, and nothing under it.
  help.addEventListener("keydown", (event) => event.key === "Escape" && event.stopPropagation());
  byId("help-open").addEventListener("click", () => help.showModal());
}
