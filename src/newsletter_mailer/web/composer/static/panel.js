/* What stands beside the mail: what to mend, the inbox line, the weight. */

import { byId, capital, clock, element, exactClock, kilobytes, number, say, sentence } from "./dom.js";

const WORDS_A_MINUTE = 220;

/** The state pill: good, wrong, busy or stopped. */
export function pill(state, words, time = "") {
  byId("state").dataset.state = state;
  byId("state-words").textContent = words;
  byId("state-time").textContent = time && ` · ${time}`;
}

/** What to mend, each with its place in the file; `reveal(line)` shows it in the source. */
export function problems(found, { path, reveal }) {
  byId("problems").hidden = !found.length;
  byId("problem-list").replaceChildren(...found.map((problem) => item(problem, { path, reveal })));
}

function item(problem, { path, reveal }) {
  const file = problem.path === path ? path.split("/").pop() : problem.path;
  const place = problem.line ? `${file}:${problem.line}:${problem.column}` : file;
  const shown = element("li", {}, element("p", { class: "what" }, ...sentence(capital(problem.what))));
  if (problem.hint) shown.append(element("p", { class: "hint" }, ...sentence(problem.hint)));
  const foot = element("p", { class: "place" }, element("code", { title: problem.path }, place));
  if (problem.line && problem.path === path) {
    const go = element("button", { type: "button", "aria-label": `${say("showLine")}, ${say("line", { line: problem.line })}` }, say("showLine"));
    go.addEventListener("click", () => reveal(problem.line));
    foot.append(" ", go);
  }
  shown.append(foot);
  return shown;
}

/** The mail in numbers, and as a line of an inbox. */
export function facts(preview, { limits, composedAt }) {
  inbox(preview);
  byId("when").textContent = clock(composedAt);
  weigh(preview.htmlBytes, limits);
  byId("message-size").textContent = kilobytes(preview.messageBytes);
  byId("words").textContent = say("words", { count: number(preview.words) });
  byId("minutes").textContent = say("minutes", { count: number(Math.max(1, Math.round(preview.words / WORDS_A_MINUTE))) });
  byId("composed").textContent = exactClock(composedAt);
}

function inbox({ sender, subject, preheader }) {
  byId("initial").textContent = (sender.name || sender.address).trim().slice(0, 1).toLocaleUpperCase();
  byId("from").textContent = sender.name || sender.address;
  byId("from").title = sender.address;
  byId("subject").textContent = subject || say("noSubject");
  byId("preheader").textContent = preheader || byId("preheader").dataset.none;
}

function weigh(bytes, { warn, clip }) {
  const gauge = byId("gauge");
  gauge.max = clip;
  gauge.value = Math.min(bytes, clip);
  const level = bytes > clip ? "over" : bytes > warn ? "near" : "good";
  gauge.dataset.level = level;
  byId("size").textContent = say("bytesOf", { size: number(bytes), limit: number(clip) });
  byId("size-words").textContent = say({ good: "gaugeGood", near: "gaugeNear", over: "gaugeOver" }[level]);
}

/** A line above the mail when it is not the newest state; "" takes it away. */
export function notice(words) {
  byId("notice").textContent = words;
  byId("notice").hidden = !words;
}

/** The pill of a state that the server told. */
export function statePill({ problems: { length: count }, composedAt }) {
  const words = count > 1 ? say("problemMany", { count }) : say(count ? "problemOne" : "upToDate");
  pill(count ? "wrong" : "good", words, clock(composedAt));
}
