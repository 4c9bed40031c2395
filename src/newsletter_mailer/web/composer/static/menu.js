/* The menu of blocks: a small picture and a sentence for each. */

import { element, say } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";

/** The small picture of a block. */
export function drawing(type) {
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/static/blocks.svg#${type}`);
  const made = document.createElementNS(SVG, "svg");
  made.setAttribute("class", "drawing");
  made.setAttribute("viewBox", "0 0 48 36");
  made.setAttribute("aria-hidden", "true");
  made.append(use);
  return made;
}

/** Let one be chosen: its type, or "" when the menu was closed. */
export function chooseBlock(blocks) {
  const dialog = element("dialog", { class: "dialog menu", "aria-labelledby": "menu-title" });
  const buttons = blocks.map(({ type, label, about }) =>
    element("button", { type: "button", "data-type": type, onclick: () => dialog.close(type) },
      drawing(type), element("span", {}, element("b", {}, label), element("small", {}, about))));
  dialog.append(
    element("header", {},
      element("h2", { id: "menu-title" }, say("chooseBlock")),
      element("button", { type: "button", class: "quiet", "aria-label": say("close"), onclick: () => dialog.close("") }, "×")),
    element("div", { class: "choices" }, ...buttons));
  dialog.addEventListener("keydown", (event) => walk(event, buttons));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close(""));
  document.body.append(dialog);
  dialog.showModal();
  buttons[0]?.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue);
    });
  });
}

/** Arrows go through the choices as they stand on the screen. */
function walk(event, buttons) {
  const here = buttons.indexOf(document.activeElement);
  const columns = buttons.filter((each) => each.offsetTop === buttons[0].offsetTop).length;
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
  if (!step || here < 0) return;
  event.preventDefault();
  buttons[Math.min(Math.max(here + step, 0), buttons.length - 1)].focus();
}
