/* What the control sheet finds: a list whose items lead to the field, and remarks under the fields themselves. */

import { byId, capital, element, say, sentence } from "./dom.js";

/** What is wrong with the file, and what the checks found, as one list. */
export function gathered(problems, findings, path) {
  const here = problems.map((each) => ({ at: [], ...each, level: "error", elsewhere: each.path !== path }));
  const told = new Set(here.map(({ at, what }) => JSON.stringify([at, what])));
  const found = findings.filter(({ at, what }) => !told.has(JSON.stringify([at, what])));
  return [...here, ...found.map((each) => ({ path, ...each }))];
}

/** A remark as it stands under a field. */
export function remark({ level, what, hint }) {
  return element("p", { class: "remark", "data-level": level },
    ...sentence(capital(what)), hint ? element("span", { class: "hint" }, ...sentence(hint)) : "");
}

/** Draw the list; `go(finding)` leads to its field, `reveal(line)` to its line in the source. */
export function list(found, { go, reveal, path }) {
  const told = JSON.stringify(found);
  if (told === drawn) return; // or whoever is in the list would lose the place
  drawn = told;
  const shown = [...found].sort((one, other) => RANK[one.level] - RANK[other.level]);
  byId("problem-list").replaceChildren(...shown.map((each) => item(each, { go, reveal, path })));
  const counts = { error: 0, warning: 0, note: 0 };
  for (const { level } of found) counts[level] += 1;
  byId("problems").dataset.level = counts.error ? "error" : counts.warning ? "warning" : "good";
  byId("problems-title").textContent = title(counts);
  byId("problems").toggleAttribute("data-empty", !found.length);
}

let drawn = "";
const RANK = { error: 0, warning: 1, note: 2 };

function title({ error, warning, note }) {
  const parts = [];
  if (error) parts.push(say(error > 1 ? "problemMany" : "problemOne", { count: error }));
  if (warning) parts.push(say(warning > 1 ? "lookMany" : "lookOne", { count: warning }));
  if (note) parts.push(say(note > 1 ? "noteMany" : "noteOne", { count: note }));
  return parts.join(" · ") || say("nothingToMend");
}

function item(finding, { go, reveal, path }) {
  const { level, what, hint, line, column, at, elsewhere } = finding;
  const shown = element("li", { "data-level": level }, element("p", { class: "what" }, ...sentence(capital(what))));
  if (hint) shown.append(element("p", { class: "hint" }, ...sentence(hint)));
  const file = elsewhere ? finding.path : path.split("/").pop();
  const foot = element("p", { class: "place" });
  if (at?.length && !elsewhere) foot.append(element("button", { type: "button", class: "go", onclick: () => go(finding) }, say("toField")), " ");
  if (line && !elsewhere) foot.append(element("button", { type: "button", "aria-label": `${say("showLine")}, ${say("line", { line })}`, onclick: () => reveal(line) }, say("showLine")), " ");
  foot.append(element("code", { title: finding.path }, line ? `${file}:${line}:${column}` : file));
  shown.append(foot);
  return shown;
}
