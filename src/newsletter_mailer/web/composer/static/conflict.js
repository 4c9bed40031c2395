/* The page and another program changed the same place: three choices, and none of them loses anything. */

import { capital, element, say } from "./dom.js";

const LONGEST = 400;
const CHANGED = [["both", "conflictBoth", "conflictBothHelp"], ["mine", "conflictMine", "conflictMineHelp"], ["disk", "conflictDisk", "conflictDiskHelp"]];
const REFUSED = [["both", "refusedRest", "refusedRestHelp"], ["disk", "conflictDisk", "refusedDiskHelp"]];
let shown = null;

/** Ask what shall be in the file. */
export function settle(draft) {
  if (shown || !draft.conflict) return;
  const choose = (choice) => { shown?.close(); draft.resolve(choice); };
  const { refused } = draft.conflict;
  const choices = refused ? REFUSED : CHANGED;
  shown = element("dialog", { class: "dialog conflict", "aria-labelledby": "conflict-title", "aria-describedby": "conflict-lead" },
    element("h2", { id: "conflict-title" }, say(refused ? "refusedTitle" : "conflictTitle")),
    element("p", { class: "lead", id: "conflict-lead" }, refused ? `${capital(refused.what)} (${refused.hint})` : say("conflictLead")),
    ...clashes(draft),
    element("div", { class: "versions" }, ...choices.map(([choice, name, help]) =>
      element("button", { type: "button", "data-choice": choice, onclick: () => choose(choice) },
        element("strong", {}, say(name)), element("span", {}, say(help))))),
    element("p", { class: "help" }, say(refused ? "refusedKept" : "conflictKept")));
  shown.addEventListener("cancel", (event) => event.preventDefault()); // until it is answered, nothing can be saved
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
