/* Files with line numbers: the issue as it was written, the HTML as it is mailed. */

import { byId, element, sentence } from "./dom.js";

const lines = byId("lines");
let marked = new Map();

/** Show the text of a file; `problems` are marked at their lines. */
export function fill({ path, text, kind, problems = [] }) {
  byId("source-path").textContent = path;
  lines.dataset.kind = kind;
  marked = new Map(problems.filter((each) => each.line).map((each) => [each.line, each]));
  const rows = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n");
  lines.replaceChildren(...rows.map((row, index) => line(row, index + 1, kind)));
}

function line(row, place, kind) {
  const problem = marked.get(place);
  const parts = kind === "issue" ? yaml(row) : [row];
  const shown = element("li", { id: `line-${place}`, class: problem ? "wrong" : null }, element("code", {}, ...parts));
  if (problem) shown.append(element("span", { class: "remark" }, ...sentence(problem.hint ? `${problem.what} (${problem.hint})` : problem.what)));
  return shown;
}

/** A line of YAML, its comment and its key set apart; only for the eye, so a rough cut does. */
function yaml(row) {
  const comment = row.match(/(^|\s)#.*$/);
  const quoted = comment && (row.slice(0, comment.index).match(/["']/g) ?? []).length % 2;
  const code = comment && !quoted ? row.slice(0, comment.index) : row;
  const key = code.match(/^(\s*(?:- )*)([\w-]+)(:)(?=\s|$)/);
  const parts = key ? [key[1], element("b", {}, key[2]), `${key[3]}${code.slice(key[0].length)}`] : [code];
  if (comment && !quoted) parts.push(element("i", {}, row.slice(comment.index)));
  return parts;
}

/** Bring a line into sight, and let it be seen. */
export function reveal(place) {
  const found = byId(`line-${place}`);
  if (!found) return;
  found.scrollIntoView({ block: "center" });
  found.classList.remove("found");
  requestAnimationFrame(() => found.classList.add("found"));
}
