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
const base = `/issues/${encodeURIComponent(slug)}`;

let reader = remembered("reader", 0);
let asked = 0;
let opening = null;
let draft = null;
let forming = null;
let form = null;

/** Ask for the issue as it stands, and show it. Of several questions only the last one's answer counts. */
async function refresh() {
  const turn = ++asked;
  const answer = await fetch(`${base}/state?as=${reader}`).catch(() => null);
  if (turn !== asked) return;
  if (!answer || answer.status === 403) return stopped();
  if (!answer.ok) return stumbled(answer.status);
  const state = await answer.json();
  if (turn === asked) draw(state);
}

function stopped() {
  pill("stopped", say("stopped"));
  notice(say("stoppedHelp"));
}

function stumbled(status) {
  pill("wrong", say("stumbled"));
  notice(say(status === 404 ? "goneHelp" : "stumbledHelp"));
}

function draw(state) {
  const found = gathered(state, state.source.path);
  list(found, { go, reveal: toLine, path: state.source.path });
  form?.complain(found.filter(({ elsewhere }) => !elsewhere));
  document.body.dataset.composed = state.problems.length ? "wrong" : "good";
  shown(state.reader);
  if (state.preview) facts(state.preview, { limits: state.limits, composedAt: state.goodAt });
  document.body.classList.toggle("bare", !state.preview);
  look(state, reader);
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

async function news() {
  if (draft) await draft.look();
  else await write();
  refresh();
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
