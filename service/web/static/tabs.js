// Tabs as screen readers and keyboards expect them: arrows move, one tab stop, one panel shown.

/** Wire the tab list; `opened(panel)` is called when a person chooses a tab. */
export function tabs(list, opened) {
  const all = [...list.querySelectorAll("[role=tab]")];

  function choose(tab) {
    for (const other of all) {
      const chosen = other === tab;
      other.setAttribute("aria-selected", String(chosen));
      other.tabIndex = chosen ? 0 : -1;
      document.getElementById(other.getAttribute("aria-controls")).hidden = !chosen;
    }
  }

  const steps = { ArrowRight: 1, ArrowLeft: -1 };
  list.addEventListener("keydown", (event) => {
    if (!(event.key in steps)) return;
    event.preventDefault();
    const next = all[(all.indexOf(event.target) + steps[event.key] + all.length) % all.length];
    choose(next);
    next.focus();
  });
  for (const tab of all) {
    tab.addEventListener("click", () => {
      choose(tab);
      opened(tab.getAttribute("aria-controls"));
    });
  }
}
