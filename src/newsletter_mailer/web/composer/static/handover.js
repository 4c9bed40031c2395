/* The page on which an issue is tested, shown to its reviewers and planned. Nothing is sent to a list from here. */

import { byId, element, language, number, say, sentence } from "./dom.js";
import { listen } from "./news.js";
import { planned } from "./handover-plan.js";
import { post } from "./start-post.js";

const base = `/issues/${encodeURIComponent(document.body.dataset.slug)}`;
const moment = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" });
let filled = false;

async function refresh() {
  const answer = await fetch(`${base}/standing`).catch(() => null);
  const told = await answer?.json().catch(() => null);
  byId("trouble").textContent = answer?.ok ? "" : told?.what ? say("cannotCompose", { what: told.what }) : say("unreachable");
  byId("standing").hidden = !answer?.ok;
  if (answer?.ok) draw(told);
}

function draw(found) {
  byId("code").textContent = found.code;
  byId("facts").replaceChildren(...facts(found).map(([state, words]) => element("li", { "data-state": state }, ...sentence(words))));
  byId("review").hidden = !found.reviewLink;
  byId("review-link").value = found.reviewLink;
  byId("remarks").hidden = !found.remarks.length;
  byId("remark-list").replaceChildren(...found.remarks.map(remark).reverse());
  if (filled) return; // what the officer has typed or ticked stays
  filled = true;
  byId("to").value = found.testReaders.join("\n");
  byId("lists").replaceChildren(...found.lists.map(choice));
  byId("no-lists").hidden = found.lists.length > 0;
  byId("plan-button").disabled = !found.lists.length;
}

function facts(found) {
  const lines = [[found.tested ? "good" : "open", say(found.tested ? "tested" : "untested")]];
  for (const one of found.approvals) lines.push(["good", say("approvedBy", { name: one.by, time: moment.format(one.at) })]);
  if (found.approvals.length) return lines;
  lines.push([found.required ? "wrong" : "open", say("notApproved")]);
  const { before } = found;
  if (before) lines.push(["wrong", say("approvedBefore", { name: before.by, code: before.code, time: moment.format(before.at) })]);
  if (found.required) lines.push(["wrong", say("needed")]);
  lines.push(["open", say("noteIt", { command: `\`newsletter approve ${document.body.dataset.slug} --by ${say("name")} --code ${found.code}\`` })]);
  return lines;
}

function remark(said) {
  const about = said.about || say("wholeLetter");
  return element("li", {},
    element("p", { class: "about" }, element("strong", {}, about), " · ", said.by, " · ", moment.format(said.at),
      said.current ? "" : ` · ${say("earlier", { code: said.code })}`),
    element("p", { class: "words" }, said.text));
}

function choice(list) {
  const input = element("input", { type: "checkbox", name: "list", value: list.slug });
  const count = say(list.count === 1 ? "readersOne" : "readers", { count: number(list.count) });
  return element("label", {}, input, element("span", {}, element("strong", {}, list.name), " ", element("span", { class: "help" }, `${list.slug} · ${count}`)));
}

async function test(event) {
  event.preventDefault();
  const to = byId("to").value.split(/[\s,;]+/).filter(Boolean);
  byId("outcomes").replaceChildren();
  if (!to.length) {
    byId("test-told").textContent = say("needsAddress");
    return byId("to").focus();
  }
  await busy(event, "test-told", say("sending"), async () => {
    const done = await post(`${base}/test`, { to });
    byId("test-told").textContent = done.wrong ?? "";
    if (done.wrong) return;
    byId("outcomes").replaceChildren(...done.map(outcome));
    refresh();
  });
}

function outcome(one) {
  const words = one.accepted ? say("accepted") : say("notAccepted", { reply: one.reply });
  return element("li", { "data-state": one.accepted ? "good" : "wrong" }, element("strong", {}, one.address), ` ${words}`);
}

async function plan(event) {
  event.preventDefault();
  const lists = [...byId("lists").querySelectorAll("input:checked")].map((input) => input.value);
  byId("planned").hidden = true;
  if (!lists.length) {
    byId("plan-told").textContent = say("chooseList");
    return byId("lists").querySelector("input")?.focus();
  }
  await busy(event, "plan-told", say("counting"), async () => {
    const found = await post(`${base}/plan`, { lists });
    byId("plan-told").textContent = found.wrong ?? "";
    if (!found.wrong) planned(found, base);
  });
}

/** One question at a time: a button that is pressed twice does it once. */
async function busy(event, told, words, act) {
  const button = event.target.querySelector("[type=submit]");
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  byId(told).textContent = words;
  await act().finally(() => button.removeAttribute("aria-disabled"));
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const field = byId(button.dataset.copy);
    field.select();
    await navigator.clipboard.writeText(field.value).then(() => { byId("copied").textContent = say("copied"); }, () => {});
    button.textContent = say("copied");
  });
}
byId("test").addEventListener("submit", test);
byId("plan").addEventListener("submit", plan);
listen({ saved: refresh, lost: () => {} });
