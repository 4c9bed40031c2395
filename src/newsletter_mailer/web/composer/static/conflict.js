/* The page and another program changed the same place: three choices, and none of them loses anything. */

import { element, say } from "./dom.js";

const LONGEST = 140;
let shown = null;

/** Ask what shall be in the file. Closed without an answer, the question comes back with the state in the bar. */
export function settle(draft) {
  if (shown || !draft.conflict) return;
  const choose = (choice) => { shown?.close(); draft.resolve(choice); };
  const choices = [["both", "conflictBoth", "conflictBothHelp"], ["mine", "conflictMine", "conflictMineHelp"], ["disk", "conflictDisk", "conflictDiskHelp"]];
  shown = element("dialog", { class: "dialog conflict", "aria-labelledby": "conflict-title", "aria-describedby": "conflict-lead" },
    element("h2", { id: "conflict-title" }, say("conflictTitle")),
    element("p", { class: "lead", id: "conflict-lead" }, say("conflictLead")),
    ...clashes(draft),
    element("div", { class: "versions" }, ...choices.map(([choice, name, help]) =>
      element("button", { type: "button", "data-choice": choice, onclick: () => choose(choice) },
        element("strong", {}, say(name)), element("span", {}, say(help))))),
    element("p", { class: "help" }, say("conflictKept")));
  shown.addEventListener("close", () => {
    shown.remove();
    shown = null;
  });
  document.body.append(shown);
  shown.showModal();
}

/** The places in question, as each has them. */
function clashes(draft) {
  const found = draft.clashes.slice(0, 3);
  return found.length ? [element("div", { class: "clashes" }, ...found.map(({ mine, theirs }) => element("dl", {},
    element("dt", {}, say("conflictHere")), element("dd", {}, short(mine)),
    element("dt", {}, say("conflictThere")), element("dd", {}, short(theirs)))))] : [];
}

function short(value) {
  if (value == null || value === "") return "–";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
