// The list of conversations on narrow screens: a drawer over the page, closed by Escape, a choice or a tap beside it.

import { byId } from "./dom.js";

const sidebar = byId("sidebar");
const backdrop = byId("backdrop");
const opener = byId("drawer-open");
const column = byId("column");

const isOpen = () => !backdrop.hidden;

function show(open) {
  backdrop.hidden = !open;
  document.body.classList.toggle("drawer", open);
  opener.setAttribute("aria-expanded", String(open));
  column.inert = open;
}

/** Close the drawer if it is open. */
export function closeDrawer() {
  if (!isOpen()) return;
  show(false);
  opener.focus({ preventScroll: true });
}

opener.addEventListener("click", () => {
  show(true);
  byId("new-conversation").focus();
});
byId("drawer-close").addEventListener("click", closeDrawer);
backdrop.addEventListener("click", closeDrawer);
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || !isOpen()) return;
  event.preventDefault();
  closeDrawer();
});
// Where the list stands beside the page there is no drawer to be open.
new ResizeObserver(() => isOpen() && getComputedStyle(opener).display === "none" && show(false)).observe(document.documentElement);
