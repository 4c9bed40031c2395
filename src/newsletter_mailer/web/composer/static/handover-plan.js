/* What a dispatch would do: how many readers, what should be mended first, and the command. */

import { byId, capital, element, number, say, sentence } from "./dom.js";

/** Show it. */
export function planned(found, base) {
  byId("total").textContent = say(found.total === 1 ? "readersOne" : "readers", { count: number(found.total) });
  byId("sum").textContent = sum(found);
  byId("plan-facts").replaceChildren(...facts(found));
  byId("sheet-title").textContent = say("sheetTitle");
  byId("findings").replaceChildren(...(found.findings.length ? gravest(found.findings).map((each) => finding(each, base)) : [element("li", { "data-state": "good" }, say("nothingFound"))]));
  byId("command-title").textContent = say("commandTitle");
  byId("command").value = found.command;
  byId("command-help").textContent = say("commandHelp", { count: number(found.total) });
  byId("planned").hidden = false;
}

const ORDER = { error: 0, warning: 1, note: 2 };
const gravest = (findings) => findings.toSorted((one, other) => ORDER[one.level] - ORDER[other.level]);

function sum({ onLists, leftOut }) {
  if (!leftOut.length) return "";
  return `= ${say("onLists", { count: number(onLists) })}${leftOut.map((each) => ` − ${number(each.count)} ${each.why}`).join("")}`;
}

function facts(found) {
  const line = (state, words) => element("li", { "data-state": state }, ...sentence(words));
  return [
    ...found.lists.map((list) => line("open", `${list.slug}: ${number(list.total)} ${sum(list)}`)),
    ...(found.unapproved ? [line("wrong", capital(found.unapproved))] : []),
    ...found.subjects.map((subject) => line("open", say("subject", { subject }))),
    ...found.lacking.map((each) => line("open", lacking(each))),
    ...found.warnings.map((words) => line("warn", capital(words))),
  ];
}

function lacking({ count, expression, instead }) {
  return say(instead ? "lacking" : "lackingNothing", { count: number(count), field: expression, instead });
}

function finding(each, base) {
  const place = each.line ? element("a", { href: base }, say("lineOf", { line: each.line })) : "";
  return element("li", { "data-state": { error: "wrong", warning: "warn", note: "open" }[each.level] },
    element("span", { class: "level" }, say(each.level)), " ",
    element("strong", {}, ...sentence(capital(each.what))),
    each.hint && element("span", { class: "hint" }, " → ", ...sentence(each.hint)),
    element("span", { class: "help" }, " ", element("code", {}, each.code), place && " · ", place));
}
