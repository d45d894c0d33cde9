// How many documents there are, wherever the page says so.

import * as api from "./api.js";
import { byId, count } from "./dom.js";
import { whenReady } from "./waiting.js";

/** Show that there are `total` documents. */
export function recount(total) {
  for (const node of document.querySelectorAll("[data-count]")) node.textContent = count(total, "document");
  byId("welcome-empty").hidden = total > 0;
  const examples = byId("examples");
  if (examples) examples.hidden = total === 0;
}

/** A page opened while the service was still loading knows no count yet: ask until there is one. */
export async function learnCount() {
  if (!byId("welcome-empty").hidden) await whenReady(async () => recount((await api.documents(0)).total)).catch(() => {});
}
