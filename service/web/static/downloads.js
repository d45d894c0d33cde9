// A checked text as a file: the service writes it, the browser saves it.

import * as api from "./api.js";
import { el, problem } from "./dom.js";

const FORMATS = [
  { format: "json", label: "JSON", name: "check.json" },
  { format: "markdown", label: "Markdown", name: "check.md" },
  { format: "claimreview", label: "ClaimReview", name: "check.jsonld" },
];
const KEPT_FOR = 60_000;

function save(blob, name) {
  const address = URL.createObjectURL(blob);
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), KEPT_FOR);
}

/** Buttons that save what checking `text` gave. */
export function downloads(text) {
  const notice = el("div", { role: "status" });

  async function fetchAndSave({ format, name }, button) {
    button.setAttribute("aria-busy", "true");
    button.disabled = true;
    notice.replaceChildren();
    try {
      save(await api.checkFile(text, format), name);
    } catch (error) {
      notice.replaceChildren(problem(error));
    }
    button.disabled = false;
    button.removeAttribute("aria-busy");
    button.focus();
  }

  const buttons = FORMATS.map((choice) => {
    const button = el("button", { type: "button", class: "button" }, choice.label);
    button.addEventListener("click", () => fetchAndSave(choice, button));
    return button;
  });
  const row = el("div", { class: "downloads", role: "group", "aria-label": "Save the result as" }, el("span", { class: "quiet" }, "Save as"), buttons);
  return el("div", {}, row, notice);
}
