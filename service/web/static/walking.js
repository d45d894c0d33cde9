// Walking among marks in a text: one tab stop, arrows or j and k move, Enter or a click chooses.

const STEPS = { ArrowDown: 1, ArrowRight: 1, j: 1, ArrowUp: -1, ArrowLeft: -1, k: -1 };

/** Wire `root`; `marks`, {node, label} in the order of the text, may grow, and take part from `on` until `off`. */
export function walking(root, marks, choose) {
  const has = ({ node }) => node.hasAttribute("tabindex");
  const at = (node) => marks.find((mark) => mark.node === node.closest("[tabindex]"));

  function on({ node, label }) {
    for (const [name, value] of Object.entries({ role: "button", tabindex: "-1", "aria-label": label })) node.setAttribute(name, value);
  }

  function off({ node }) {
    for (const name of ["role", "tabindex", "aria-label"]) node.removeAttribute(name);
  }

  /** Make `wanted`, or else the first mark, the one that Tab stops at. */
  function settle(wanted = marks.find((mark) => mark.node.tabIndex === 0 && has(mark))) {
    const taking = marks.filter(has);
    const stop = wanted ?? taking[0];
    for (const mark of taking) {
      const index = mark === stop ? 0 : -1;
      if (mark.node.tabIndex !== index) mark.node.tabIndex = index;
    }
  }

  function target(key, mark) {
    const taking = marks.filter(has);
    if (key === "Home") return taking[0];
    if (key === "End") return taking.at(-1);
    return key in STEPS ? (taking[taking.indexOf(mark) + STEPS[key]] ?? mark) : null;
  }

  root.addEventListener("keydown", (event) => {
    const mark = at(event.target);
    if (!mark || event.ctrlKey || event.altKey || event.metaKey) return;
    const chooses = event.key === "Enter" || event.key === " ";
    const next = chooses ? null : target(event.key, mark);
    if (!chooses && !next) return;
    event.preventDefault();
    if (chooses) choose(mark);
    else next.node.focus();
  });
  root.addEventListener("focusin", (event) => {
    const mark = at(event.target);
    if (mark) settle(mark);
  });
  root.addEventListener("click", (event) => {
    const mark = at(event.target);
    if (mark && getSelection().type !== "Range") choose(mark);
  });

  return { on, off, has, at, settle };
}
