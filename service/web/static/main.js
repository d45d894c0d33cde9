// Starts the page: the chat at once, the other tabs and the source when they are first opened.

import { onAddress, place } from "./address.js";
import "./chat.js";
import { focusQuestion } from "./composer.js";
import { byId } from "./dom.js";
import { shortcuts } from "./shortcuts.js";
import { tabs } from "./tabs.js";
import { learnCount } from "./counts.js";

/** What each tab does when it is shown; `moves`: whether the focus goes into it. */
const opened = {
  "panel-ask": (moves) => moves && focusQuestion(),
  "panel-lookup": async (moves) => (await import("./lookup.js")).openLookup(moves),
  "panel-check": async (moves) => (await import("./check.js")).openCheck(moves),
  "panel-documents": async (moves) => (await import("./documents.js")).openDocuments(moves),
};

const { choose } = tabs(document.querySelector("[role=tablist]"), (panel, moves) => opened[panel](moves));

async function followSource() {
  if (place().source === null && byId("source").hidden) return;
  (await import("./source.js")).follow();
}

// Before the module of a form is there, nothing must be sent the browser's own way.
addEventListener("submit", (event) => event.target.method !== "dialog" && event.preventDefault());
// A file dropped beside its mark would replace the page.
for (const kind of ["dragover", "drop"]) {
  addEventListener(kind, (event) => event.dataTransfer?.types.includes("Files") && event.preventDefault());
}
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("#thread details")) folded.open = true;
});
for (const link of document.querySelectorAll("[data-opens]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    choose(byId(`tab-${link.dataset.opens}`), true);
  });
}

shortcuts(() => choose(byId("tab-ask"), true));
onAddress(followSource);
followSource();
learnCount();
if (!location.hash && matchMedia("(hover: hover)").matches) focusQuestion();
