/* Edits as values: {op, path, value, to}. */

/** The edit by itself, with text that can be written as UTF-8. */
export function clean({ op, path, value, to }) {
  return { op, path: [...path], ...(value === undefined ? {} : { value: whole(structuredClone(value)) }), ...(to === undefined ? {} : { to }) };
}

function whole(value) {
  if (typeof value === "string") return value.toWellFormed?.() ?? value.replace(/[\ud800-\udfff]/gu, "\ufffd");
  if (Array.isArray(value)) return value.map(whole);
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, whole(inner)]));
  return value;
}

/** The list with one more edit; typing goes on in the edit that began it, also after words elsewhere. */
export function joined(edits, edit) {
  const before = edit.op === "set" ? edits.findLastIndex(({ op, path }) => op !== "set" || inside(path, edit.path) || inside(edit.path, path)) : -1;
  const again = before >= 0 && edits[before].op === "set" && edits[before].path.length === edit.path.length;
  return again ? edits.with(before, edit) : [...edits, edit];
}

/** Whether the second path leads to the place of the first, or to something in it. */
const inside = (path, other) => path.every((step, index) => step === other[index]);

/** The data after the edit; what lies on the way and is missing comes with it. */
export function applied(data, { op, path, value, to }) {
  const copy = structuredClone(data ?? {});
  let place = copy;
  path.slice(0, -1).forEach((step, index) => {
    place[step] ??= typeof path[index + 1] === "number" ? [] : {};
    place = place[step];
  });
  const last = path.at(-1);
  if (op === "set") place[last] = structuredClone(value);
  else if (op === "insert") place.splice(last, 0, structuredClone(value));
  else if (op === "move") place.splice(to, 0, ...place.splice(last, 1));
  else if (Array.isArray(place)) place.splice(last, 1);
  else delete place[last];
  return copy;
}

/** What stands at that path, undefined when nothing does. */
export const at = (data, path) => path.reduce((place, step) => place?.[step], data);
