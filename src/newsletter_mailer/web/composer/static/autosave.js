/* Whether it is saved, said in the bar; undo, redo and the history beside it.
 *
 * The page gives buttons with the ids undo, redo and history, and the pill #state; whatever is missing is left out.
 */

import { settle } from "./conflict.js";
import { byId, clock, say } from "./dom.js";
import { openHistory } from "./history.js";
import { pill } from "./panel.js";

const KINDS = { saved: "good", waiting: "busy", saving: "busy", failed: "wrong", conflict: "wrong" };
const SLOW_MS = 500; // a save that takes less is not worth a word

/** Show the state of that draft from now on. */
export function showState(draft) {
  let late = 0;
  const draw = () => {
    clearTimeout(late);
    for (const name of ["undo", "redo"]) disable(name, !draft[name === "undo" ? "canUndo" : "canRedo"]);
    if (draft.state.kind === "waiting") return;
    if (draft.state.kind === "saving") late = setTimeout(() => drawState(draft), SLOW_MS);
    else drawState(draft);
  };
  draft.addEventListener("state", draw);
  draft.addEventListener("conflict", () => settle(draft));
  byId("undo")?.addEventListener("click", () => draft.undo());
  byId("redo")?.addEventListener("click", () => draft.redo());
  byId("history")?.addEventListener("click", () => openHistory(draft));
  addEventListener("keydown", (event) => keys(event, draft));
  for (const link of document.querySelectorAll(".bar a[href]")) link.addEventListener("click", (event) => leave(event, draft));
  draw();
  settle(draft); // what an earlier window left behind may meet another program's changes before anybody listens
}

function drawState(draft) {
  const { kind } = draft.state;
  if (kind === "saved") pill("good", say("savedAt"), clock(draft.savedAt));
  else pill(KINDS[kind], { waiting: say("saving"), saving: say("saving"), failed: say("notSaved"), conflict: say("notSavedConflict") }[kind]);
  const why = reason(draft.state);
  byId("state").title = why;
  const place = byId("why");
  if (place) {
    place.textContent = why;
    place.hidden = !why;
  }
}

/** Why it is not saved, and what to do. */
export function reason({ kind, what, hint, offline, status }) {
  if (kind === "conflict") return say("conflictWhy");
  if (kind !== "failed") return "";
  if (what) return hint ? `${what} · ${hint}` : what;
  if (offline || status === 403) return say("offlineWhy");
  return say(status === 404 ? "goneWhy" : "stumbledWhy");
}

function disable(name, off) {
  const button = byId(name);
  if (button) button.setAttribute("aria-disabled", String(off));
}

/** The page behind a link reads the file: first the last words go into it. If they cannot, the browser asks. */
async function leave(event, draft) {
  if (draft.settled || event.ctrlKey || event.metaKey || event.shiftKey) return; // another window beside this one
  const { href } = event.currentTarget;
  event.preventDefault();
  await draft.flush();
  location.assign(href);
}

/** In a text, Ctrl+Z is the browser's; everywhere else it takes back the last step. */
function keys(event, draft) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.defaultPrevented) return;
  if (event.target.closest?.("input, textarea, select, dialog, [contenteditable]")) return;
  const key = event.key.toLowerCase();
  const back = key === "z" && !event.shiftKey;
  if (!back && !(key === "y" || (key === "z" && event.shiftKey))) return;
  event.preventDefault();
  if (back) draft.undo();
  else draft.redo();
}
