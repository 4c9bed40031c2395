/* The page of one issue: asks for its state after each save, and shows it in the view that was chosen. */

import { byId, clock, say } from "./dom.js";
import { listen } from "./news.js";
import { facts, notice, pill, problems, statePill } from "./panel.js";
import { readers, shown } from "./readers.js";
import { fill, reveal } from "./source.js";
import { empty, show } from "./stage.js";

const base = `/issues/${encodeURIComponent(document.body.dataset.slug)}`;
const night = matchMedia("(prefers-color-scheme: dark)");
const look = { view: "desktop", file: "issue", dark: false, pictures: true, reader: remembered("reader", 0) };

const stage = byId("stage");
const scrolled = {};

let state = null;
let asked = 0;

/** Ask for the issue as it stands, and show it. Of several questions only the last one's answer counts. */
async function refresh() {
  const turn = ++asked;
  const late = setTimeout(() => pill("busy", say("composing")), 400);
  const answer = await fetch(`${base}/state?as=${look.reader}`).catch(() => null);
  clearTimeout(late);
  if (turn !== asked) return;
  if (!answer || answer.status === 403) return stopped();
  if (!answer.ok) return stumbled(answer.status);
  state = await answer.json();
  if (turn === asked) draw();
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
  statePill(state);
  problems(state.problems, { path: state.source.path, reveal: toLine });
  shown(state.reader);
  if (state.preview) facts(state.preview, { limits: state.limits, composedAt: state.goodAt });
  document.body.classList.toggle("bare", !state.preview);
  drawView();
}

/** What must be said of a mail that is not the newest state of its file; the source always is. */
function remark() {
  if (!state.problems.length || look.view === "source") return "";
  return state.preview ? say("lastGood", { time: clock(state.goodAt) }) : say("neverGood");
}

function drawView() {
  notice(remark());
  const mail = look.view === "desktop" || look.view === "phone";
  byId("device").hidden = !mail;
  byId("text").hidden = look.view !== "text" || !state.preview;
  byId("source").hidden = look.view !== "source";
  for (const id of ["dark", "pictures-off"]) byId(id).disabled = !mail;
  if (look.view === "source") drawSource();
  else if (!state.preview) empty();
  else if (look.view === "text") byId("text").textContent = state.preview.text;
  else show({ address: frameAddress(), view: look.view, height: state.preview.heights[look.view] });
}

function frameAddress() {
  const query = new URLSearchParams({
    v: state.goodAt,
    as: look.reader,
    dark: look.dark ? 1 : 0,
    pictures: look.pictures ? 1 : 0,
    desk: night.matches ? "dark" : "light",
    view: look.view,
  });
  return `${base}/preview?${query}`;
}

async function drawSource() {
  if (look.file === "issue") {
    fill({ ...state.source, kind: "issue", problems: state.problems.filter((each) => each.path === state.source.path) });
    return;
  }
  const turn = asked;
  const answer = await fetch(`${base}/html?as=${look.reader}`).catch(() => null);
  if (turn === asked && look.file === "html") fill({ path: "", text: answer?.ok ? await answer.text() : "", kind: "html" });
}

function toLine(line) {
  choose("view", "source");
  choose("file", "issue");
  drawView();
  requestAnimationFrame(() => requestAnimationFrame(() => reveal(line)));
}

/** Every view has its own place to which it is scrolled. */
function choose(name, value) {
  if (name === "view" && value !== look.view) {
    scrolled[look.view] = stage.scrollTop;
    requestAnimationFrame(() => { stage.scrollTop = scrolled[value] ?? 0; });
  }
  look[name] = value;
  for (const button of document.querySelectorAll(`[data-name="${name}"]`)) {
    button.setAttribute("aria-pressed", String(button.dataset.value === value));
  }
}

function press(id) {
  if (byId(id).disabled) return;
  if (id === "dark") look.dark = !look.dark;
  else look.pictures = !look.pictures;
  byId("dark").setAttribute("aria-pressed", String(look.dark));
  byId("pictures-off").setAttribute("aria-pressed", String(!look.pictures));
  if (state) drawView();
}

function remembered(name, otherwise) {
  const value = Number(sessionStorage.getItem(name));
  return Number.isSafeInteger(value) && value > 0 ? value : otherwise;
}

for (const button of document.querySelectorAll("[data-name]")) {
  button.addEventListener("click", () => {
    choose(button.dataset.name, button.dataset.value);
    if (state) drawView();
  });
}
for (const id of ["dark", "pictures-off"]) byId(id).addEventListener("click", () => press(id));
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input[type=text]")) return;
  const view = { 1: "desktop", 2: "phone", 3: "text", 4: "source" }[event.key];
  if (view) {
    choose("view", view);
    if (state) drawView();
  } else if (event.key.toLowerCase() === "d") press("dark");
  else if (event.key.toLowerCase() === "i") press("pictures-off");
});
night.addEventListener("change", () => state && drawView());
readers((id) => {
  look.reader = id;
  sessionStorage.setItem("reader", String(id));
  refresh();
});

if (matchMedia("(max-width: 760px)").matches) choose("view", "phone");
listen({ saved: refresh, lost: stopped });
