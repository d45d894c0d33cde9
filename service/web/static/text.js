// Code points and JavaScript's UTF-16: the service counts the former, strings are indexed by the latter.

/** The UTF-16 indexes of ascending code point offsets; an offset past the end gives the length. */
export function toUnits(text, offsets) {
  const units = [];
  let unit = 0;
  let point = 0;
  for (const offset of offsets) {
    while (point < offset && unit < text.length) {
      unit += text.codePointAt(unit) > 0xffff ? 2 : 1;
      point += 1;
    }
    units.push(unit);
  }
  return units;
}

/** Like Python's `text[start:end]`. */
export function slice(text, start, end) {
  const [from, to] = toUnits(text, [start, end]);
  return text.slice(from, to);
}

/** Where `offset` lies, moved off the middle of a surrogate pair. */
export function wholeUnit(text, unit) {
  const within = unit > 0 && unit < text.length && text.codePointAt(unit - 1) > 0xffff;
  return within ? unit - 1 : unit;
}

/** From code point offsets to UTF-16 indexes, for many offsets of one text in any order. */
export function unitIndex(text) {
  const units = [];
  for (let unit = 0; unit < text.length; unit += text.codePointAt(unit) > 0xffff ? 2 : 1) units.push(unit);
  return (offset) => units[offset] ?? text.length;
}

/** How many code points a text has, which is what the service's limits count. */
export function points(text) {
  let counted = 0;
  for (const _ of text) counted += 1;
  return counted;
}
