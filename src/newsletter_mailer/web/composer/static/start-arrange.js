/* What was read in a text, to be arranged before it becomes an issue. */

import { byId, element, number, say } from "./dom.js";
import { post } from "./start-post.js";

const LONGEST = 220;
let key = "";
let parts = [];

/** Show what was found; `today` is proposed as the date. */
export function arrange(text, today) {
  key = text.key;
  parts = text.blocks.map((block, place) => ({ ...block, place, kept: true, alt: block.picture?.alt ?? "" }));
  byId("text-name").value = text.title;
  byId("text-date").value = today;
  byId("arrange-wrong").textContent = "";
  byId("left-out").hidden = !text.leftOut.length;
  byId("left-out-list").replaceChildren(...text.leftOut.map((line) => element("li", {}, line)));
  draw();
  byId("arrange").showModal();
  byId("arrange").scrollTop = 0;
  byId(text.title ? "arrange-title" : "text-name").focus();
}

function draw() {
  byId("parts").replaceChildren(...parts.map(row));
  count();
}

function count() {
  const kept = parts.filter((part) => part.kept).length;
  byId("make").textContent = say(kept === 1 ? "makeOne" : "makeMany", { count: number(kept) });
}

function row(part, index) {
  const name = part.title || say(`kind_${part.type}`);
  const keep = element("input", { type: "checkbox", checked: part.kept, "aria-label": `${say("keep")}: ${name}` });
  const shown = element("li", { class: part.kept ? "part" : "part dropped" },
    keep,
    element("div", { class: "said" },
      element("span", { class: "kind" }, say(`kind_${part.type}`)),
      part.title && element("strong", {}, part.title),
      part.text && element("p", {}, shortened(readable(part.text))),
      part.picture ? pictureOf(part) : ""),
    element("div", { class: "moves" }, move(index, -1, name), move(index, 1, name)));
  keep.addEventListener("change", () => {
    part.kept = keep.checked;
    shown.className = part.kept ? "part" : "part dropped";
    count();
  });
  return shown;
}

function pictureOf(part) {
  const alt = element("input", { type: "text", maxlength: "500", placeholder: say("altNone"), "aria-label": say("altLabel") });
  alt.value = part.alt;
  alt.addEventListener("input", () => { part.alt = alt.value; });
  return element("div", { class: "shot" },
    element("img", { src: `/api/texts/${key}/pictures/${part.picture.number}`, alt: "", loading: "lazy" }),
    element("label", {}, say("altLabel"), alt));
}

function move(index, by, name) {
  const words = say(by < 0 ? "up" : "down");
  const button = element("button", { type: "button", "aria-label": `${words}: ${name}`, disabled: index + by < 0 || index + by >= parts.length }, by < 0 ? "↑" : "↓");
  button.addEventListener("click", () => {
    parts.splice(index + by, 0, ...parts.splice(index, 1));
    draw();
    byId("moved").textContent = say("moved", { place: number(index + by + 1), count: number(parts.length) });
    const buttons = byId("parts").children[index + by].querySelectorAll(".moves button");
    const again = buttons[by < 0 ? 0 : 1];
    (again.disabled ? buttons[by < 0 ? 1 : 0] : again).focus();
  });
  return button;
}

/** Markdown as one reads it. */
const readable = (text) => text.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/\*{1,3}(?=\S)|(?<=\S)\*{1,3}|\\(?=[\n\W])/g, "").replace(/^- /gm, "• ");
const shortened = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST).trimEnd()}…` : text.trim());

async function make(event) {
  event.preventDefault();
  const title = byId("text-name").value.trim();
  const blocks = parts.filter((part) => part.kept).map((part) => ({ number: part.place, alt: part.alt }));
  if (!title) {
    byId("text-name").focus();
    return complain(say("needsTitle"));
  }
  if (!blocks.length) return complain(say("nothingKept"));
  complain(say("making"));
  const { slug, refused, wrong } = await post(`/api/texts/${key}/issue`, { title, date: byId("text-date").value, blocks });
  if (wrong) return complain(wrong);
  const address = `/issues/${encodeURIComponent(slug)}`;
  if (!refused.length) return location.assign(address);
  byId("arrange").replaceChildren(
    element("h2", {}, say("refusedTitle")),
    element("ul", {}, ...refused.map((line) => element("li", {}, line))),
    element("p", { class: "buttons" }, element("a", { class: "main", href: address }, say("goThere"))));
}

function complain(words) {
  byId("arrange-wrong").textContent = words;
}

byId("arrange").querySelector("form").addEventListener("submit", make);
