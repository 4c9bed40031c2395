/* The page of one issue: the form writes into the draft, the draft into the file, and the mail is shown as it becomes. */

import { showState } from "./autosave.js";
import { open } from "./draft.js";
import { byId, say } from "./dom.js";
import { gathered, list } from "./findings.js";
import { openForm } from "./form.js";
import { begin, leadTo, shown as look, toForm, toLine } from "./looking.js";
import { listen } from "./news.js";
import { facts, notice, pill } from "./panel.js";
import { readers, shown } from "./readers.js";

const slug = document.body.dataset.slug;
const CHECK_MS = 250;
const base = `/issues/${encodeURIComponent(slug)}`;

let reader = remembered("reader", 0);
let state = null;
let found = [];
let asking = null;
let again = false;
let checking = 0;
let opening = null;
let draft = null;
let forming = null;
let form = null;

/** Ask for the issue as it stands, and show it. One question at a time; what changed meanwhile is asked afterwards. */
function refresh() {
  if (asking) {
    again = true;
    return asking;
  }
  asking = ask().finally(() => {
    asking = null;
    if (again) refresh();
    again = false;
  });
  return asking;
}

async function ask() {
  const answer = await fetch(`${base}/state?as=${reader}`).catch(() => null);
  if (!answer || answer.status === 403) return stopped();
  if (!answer.ok) return stumbled(answer.status);
  state = await answer.json();
  draw();
  clearTimeout(checking);
  checking = setTimeout(check, CHECK_MS);
}

/** What the checks find, a moment after the mail is there. */
async function check() {
  const answer = await fetch(`${base}/findings`).catch(() => null);
  if (!answer?.ok) return;
  found = await answer.json();
  drawFound();
}

function stopped() {
  pill("stopped", say("stopped"));
  notice(say("stoppedHelp"));
}

function stumbled(status) {
  pill("wrong", say("stumbled"));
  notice(say(status === 404 ? "goneHelp" : "stumbledHelp"));
}

function draw() {
  if (draft?.settled && draft.version !== state.file) draft.look(); // another program wrote it
  if (state.problems.length) found = []; // the checks look at an issue that can be composed
  drawFound();
  document.body.dataset.composed = state.problems.length ? "wrong" : "good";
  shown(state.reader);
  if (state.preview) facts(state.preview, { limits: state.limits, composedAt: state.goodAt });
  document.body.classList.toggle("bare", !state.preview);
  look(state, reader);
}

function drawFound() {
  const { path } = state.source;
  const all = gathered(state.problems, found, path);
  list(all, { go, reveal: toLine, path });
  form?.complain(all.filter(({ elsewhere }) => !elsewhere));
}

function go({ at, line }) {
  toForm();
  if (!form?.focus(at) && line) toLine(line);
}

/** The form, as soon as the file can be read as one; until then the page says what is in the way. Whether it is there. */
async function write() {
  opening ??= open(slug).then(follow).catch(() => { opening = null; return null; });
  draft = await opening;
  const readable = draft?.data != null && typeof draft.data === "object" && !Array.isArray(draft.data);
  byId("form").hidden = !readable;
  byId("no-form").hidden = readable;
  byId("no-form").textContent = readable ? "" : say("noForm");
  if (!readable) byId("problems").open = true;
  else if (!form) {
    form = await (forming ??= openForm(draft, base));
    leadTo(form);
    refresh();
  }
  return readable;
}

function follow(opened) {
  const tell = () => { document.body.dataset.saved = opened.settled ? "yes" : "no"; };
  opened.addEventListener("state", tell);
  tell();
  showState(opened);
  opened.addEventListener("saved", refresh);
  opened.addEventListener("replaced", async ({ detail: { data, forced } }) => {
    if (await write()) form.replace(data, { forced });
    refresh();
  });
  return opened;
}

/** Something was saved, here or by another program; `version` of what the server composes, 0 when it is back. */
async function news(version) {
  if (!draft) await write();
  else if (!version || !draft.settled) draft.look();
  await asking;
  if (!version || !state || version > state.version) refresh();
}

function remembered(name, otherwise) {
  const value = Number(sessionStorage.getItem(name));
  return Number.isSafeInteger(value) && value > 0 ? value : otherwise;
}

begin(base);
readers((id) => {
  reader = id;
  sessionStorage.setItem("reader", String(id));
  refresh();
});
write();
listen({ saved: news, lost: stopped });
