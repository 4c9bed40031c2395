/* How the mail is looked at: on a computer or a telephone, dark, without pictures, as text, as it is read aloud,
 * as Gmail cuts it, as its source. What is shown is told by `state`, the server's last answer. */

import { byId, clock, element, say } from "./dom.js";
import { leads, mark } from "./jump.js";
import { notice } from "./panel.js";
import { spoken } from "./reading.js";
import { fill, reveal } from "./source.js";
import { empty, frame, show } from "./stage.js";

const night = matchMedia("(prefers-color-scheme: dark)");
const CALM = matchMedia("(prefers-reduced-motion: reduce)");
const KEYS = { 1: "desktop", 2: "phone", 3: "text", 4: "source", 5: "spoken", 6: "clipped" };
const FRAMED = { desktop: "desktop", phone: "phone", clipped: "desktop" };
const WRITING = "input, textarea, select, [contenteditable]";

const look = { view: "desktop", file: "issue", side: "form", dark: false, pictures: true };
const scrolled = {};
const stage = byId("stage");
let state = null;
let reader = 0;
let root = "";
let form = null;
let written = -1;

/** Begin: `address` of the issue on the server. */
export function begin(address) {
  root = address;
  for (const button of document.querySelectorAll("[data-name]")) {
    button.addEventListener("click", () => { choose(button.dataset.name, button.dataset.value); draw(); });
  }
  for (const id of ["dark", "pictures-off"]) byId(id).addEventListener("click", () => press(id));
  addEventListener("keydown", key);
  night.addEventListener("change", draw);
  if (matchMedia("(max-width: 760px)").matches) choose("view", "phone");
}

/** The form to which clicks in the mail lead. */
export function leadTo(opened) {
  form = opened;
  byId("writing").addEventListener("focusin", (event) => {
    const card = event.target.closest("#blocks > .cards > li");
    const before = written;
    written = card ? [...card.parentElement.children].indexOf(card) : -1;
    mark(frame(), written);
    if (written !== before) bringIntoSight();
  });
}

/** The block that is being written, when nothing of it is to be seen. */
function bringIntoSight() {
  const line = byId("outline-written");
  if (line.hidden || !(look.view in FRAMED)) return;
  const box = look.view === "phone" ? byId("screen") : stage;
  const seen = box.getBoundingClientRect();
  const { top, bottom } = line.getBoundingClientRect();
  if (bottom > seen.top + 60 && top < seen.bottom - 60) return;
  box.scrollTo({ top: box.scrollTop + top - seen.top - 60, behavior: CALM.matches ? "auto" : "smooth" });
}

/** Show another state of the issue, through that reader's eyes. */
export function shown(told, eyes) {
  state = told;
  reader = eyes;
  draw();
}

/** The line of the issue file, in its source. */
export function toLine(line) {
  choose("side", "mail");
  choose("view", "source");
  choose("file", "issue");
  draw();
  requestAnimationFrame(() => requestAnimationFrame(() => reveal(line)));
}

/** The form, for whoever looked at the mail on a narrow screen. */
export function toForm() {
  choose("side", "form");
}

function draw() {
  if (!state) return;
  notice(remark());
  const framed = look.view in FRAMED;
  byId("device").hidden = !framed;
  byId("text").hidden = look.view !== "text" || !state.preview;
  byId("spoken").hidden = look.view !== "spoken" || !state.preview;
  byId("source").hidden = look.view !== "source";
  for (const id of ["dark", "pictures-off"]) byId(id).disabled = !framed;
  if (look.view === "source") drawSource();
  else if (!state.preview) empty();
  else if (look.view === "text") byId("text").textContent = state.preview.text;
  else if (look.view === "spoken") drawSpoken();
  else show({ address: address(), view: FRAMED[look.view], height: state.preview.heights[FRAMED[look.view]], arrived });
}

/** What must be said of a mail that is not the newest state of its file, or is cut; the source always is the newest. */
function remark() {
  if (look.view === "source") return "";
  if (state.problems.length) return state.preview ? say("lastGood", { time: clock(state.goodAt) }) : say("neverGood");
  if (look.view !== "clipped") return "";
  return say(state.preview?.htmlBytes > state.limits.clip ? "gaugeOver" : "gaugeGood");
}

function arrived(shown) {
  if (look.view === "clipped" || !form) return;
  leads(shown, { data: () => form.content.data, go: (path) => { toForm(); form.focus(path); } });
  mark(shown, written);
}

function address() {
  const query = new URLSearchParams({
    v: state.goodAt,
    as: reader,
    dark: look.dark ? 1 : 0,
    pictures: look.pictures ? 1 : 0,
    desk: night.matches ? "dark" : "light",
    view: look.view,
    clipped: look.view === "clipped" ? 1 : 0,
  });
  return `${root}/preview?${query}`;
}

async function mailed() {
  const answer = await fetch(`${root}/html?as=${reader}`).catch(() => null);
  return answer?.ok ? answer.text() : "";
}

async function drawSource() {
  const path = state.source.path;
  if (look.file === "issue") {
    fill({ ...state.source, kind: "issue", problems: state.problems.filter((each) => each.path === path) });
    return;
  }
  const asked = state;
  const html = await mailed();
  if (asked === state && look.file === "html") fill({ path: "", text: html, kind: "html" });
}

async function drawSpoken() {
  const asked = state;
  const html = await mailed();
  if (asked === state) byId("spoken-lines").replaceChildren(...(html ? spoken(html) : [element("li", {})]));
}

/** Every view has its own place to which it is scrolled. */
function choose(name, value) {
  if (name === "view" && value !== look.view) {
    scrolled[look.view] = stage.scrollTop;
    requestAnimationFrame(() => { stage.scrollTop = scrolled[value] ?? 0; });
  }
  look[name] = value;
  if (name === "side") document.body.dataset.side = value;
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
  draw();
}

/** Single keys, only where nobody writes. */
function key(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(WRITING) || document.querySelector("dialog[open]")) return;
  const name = event.key.toLowerCase();
  if (KEYS[name]) {
    choose("view", KEYS[name]);
    draw();
  } else if (name === "d") press("dark");
  else if (name === "i") press("pictures-off");
}
