// Building DOM nodes: text only ever enters the page as text, never as markup.

/** Create an element; functions become event listeners, null children and false attributes are skipped. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, String(value));
  }
  node.append(...children.flat().filter((child) => child != null));
  return node;
}

export const byId = (id) => document.getElementById(id);

/** Say something to screen readers that the page shows in another way. */
export function announce(sentence) {
  byId("announce").textContent = sentence;
}

/** A problem in words, with a button that tries again where that makes sense. */
export function problem(error, again = null) {
  const retry = again && el("button", { type: "button", class: "plain", click: again }, "Try again");
  return el("div", { class: "problem" }, el("p", {}, error.message), retry);
}

/** Buttons for the ways to go on, each [label, action]. */
export function waysOn(ways) {
  return el("p", { class: "going-on" }, ways.map(([label, act]) => el("button", { type: "button", class: "button", click: act }, label)));
}

export const count = (number, noun, many = `${noun}s`) => `${number.toLocaleString("en")} ${number === 1 ? noun : many}`;
