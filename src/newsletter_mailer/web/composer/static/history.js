/* The states that the issue has had, to go back to one of them. Going back is a step like any other: it can be undone. */

import { capital, element, exactClock, language, say } from "./dom.js";

const day = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" });

/** Show them, the newest first. */
export async function openHistory(draft) {
  await draft.flush();
  const steps = await draft.history().catch(() => null);
  const dialog = element("dialog", { class: "dialog history", "aria-labelledby": "history-title" },
    element("div", { class: "top" },
      element("h2", { id: "history-title" }, say("historyTitle")),
      element("button", { type: "button", class: "quiet", "aria-label": say("close"), onclick: () => dialog.close() }, "×")),
    element("p", { class: "lead" }, steps ? say("historyLead") : say("offlineWhy")),
    ...days(steps ?? [], (at) => { dialog.close(); draft.restore(at); }));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** A heading and a list for each day. */
function days(steps, choose) {
  const groups = Map.groupBy ? Map.groupBy(steps, (step) => day.format(step.at)) : grouped(steps);
  return [...groups].map(([name, inner]) => element("section", {},
    element("h3", {}, capital(name)),
    element("ol", {}, ...inner.map((step) => row(step, choose)))));
}

function grouped(steps) {
  const groups = new Map();
  for (const step of steps) groups.set(day.format(step.at), [...(groups.get(day.format(step.at)) ?? []), step]);
  return groups;
}

function row({ at, what, here }, choose) {
  const time = element("time", { datetime: new Date(at).toISOString() }, exactClock(at));
  if (here) return element("li", { class: "here", "aria-current": "true" }, time, element("span", {}, capital(what)), element("em", {}, say("historyHere")));
  return element("li", {},
    element("button", { type: "button", onclick: () => choose(at) }, time, element("span", {}, capital(what)), element("em", {}, say("historyBack"))));
}
