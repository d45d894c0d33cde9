// Tabs as screen readers and keyboards expect them: arrows move, one tab stop, one panel shown.

/** Wire the tab list; `opened(panel, moves)` is called for the tab that is shown, `moves`: the focus goes into its panel. */
export function tabs(list, opened) {
  const all = [...list.querySelectorAll("[role=tab]")];

  function choose(tab, moves) {
    for (const other of all) {
      const chosen = other === tab;
      other.setAttribute("aria-selected", String(chosen));
      other.tabIndex = chosen ? 0 : -1;
      document.getElementById(other.getAttribute("aria-controls")).hidden = !chosen;
    }
    opened(tab.getAttribute("aria-controls"), moves);
  }

  const steps = { ArrowRight: 1, ArrowLeft: -1 };
  list.addEventListener("keydown", (event) => {
    if (!(event.key in steps)) return;
    event.preventDefault();
    const next = all[(all.indexOf(event.target) + steps[event.key] + all.length) % all.length];
    choose(next, false);
    next.focus();
  });
  for (const tab of all) tab.addEventListener("click", () => choose(tab, true));

  return { choose };
}
