/* Through whose eyes: a combobox over the subscribers (WAI-ARIA combobox with a listbox). */

import { byId, element, say } from "./dom.js";

const input = byId("reader");
const list = byId("readers");
const PAUSE_MS = 150;

let chosen = { id: 0 };
let offered = [];
let active = -1;
let pause = 0;
let asked = 0;

/** Calls `choose(id)` when another reader is chosen. */
export function readers(choose) {
  input.addEventListener("focus", () => { input.select(); ask(""); });
  input.addEventListener("click", () => list.hidden && ask(""));
  input.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(() => ask(input.value.trim()), PAUSE_MS);
  });
  input.addEventListener("keydown", (event) => key(event, choose));
  input.addEventListener("blur", close);
  list.addEventListener("mousedown", (event) => {
    event.preventDefault(); // or the field would lose the focus before the click arrives
    const option = event.target.closest("[role=option]");
    if (option?.dataset.index) take(Number(option.dataset.index), choose);
  });
}

/** Show who is looking, as the server knows them. */
export function shown(reader) {
  chosen = reader;
  if (document.activeElement !== input || list.hidden) input.value = label(reader);
}

const label = (reader) => {
  if (!reader.id) return say("sampleReader");
  return reader.name ? `${reader.name} · ${reader.address}` : reader.address;
};

async function ask(query) {
  const turn = ++asked;
  const answer = await fetch(`/api/readers?q=${encodeURIComponent(query)}`).catch(() => null);
  if (!answer?.ok || turn !== asked || document.activeElement !== input) return;
  const found = await answer.json();
  offered = query ? found : [{ id: 0 }, ...found];
  open(query ? say("nobodyFound") : say("noSubscribers"), found.length);
}

function open(none, count) {
  active = offered.length ? 0 : -1;
  const options = offered.map((reader, index) =>
    element("li", { role: "option", id: `reader-${index}`, "data-index": String(index), "aria-selected": String(index === active) },
      element("span", {}, reader.id ? reader.name || reader.address : say("sampleReader")),
      element("small", {}, reader.id && reader.name ? reader.address : "")));
  if (!count) options.push(element("li", { class: "none", role: "presentation" }, none));
  list.replaceChildren(...options);
  list.hidden = false;
  input.setAttribute("aria-expanded", "true");
  point();
}

function key(event, choose) {
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in steps && !list.hidden && offered.length) {
    event.preventDefault();
    active = (active + steps[event.key] + offered.length) % offered.length;
    point();
  } else if (event.key === "ArrowDown") {
    ask("");
  } else if (event.key === "Enter" && !list.hidden && active >= 0) {
    event.preventDefault();
    take(active, choose);
  } else if (event.key === "Escape") {
    close();
  }
}

function point() {
  for (const option of list.querySelectorAll("[role=option]")) {
    const here = Number(option.dataset.index) === active;
    option.setAttribute("aria-selected", String(here));
    if (here) option.scrollIntoView({ block: "nearest" });
  }
  if (active >= 0) input.setAttribute("aria-activedescendant", `reader-${active}`);
  else input.removeAttribute("aria-activedescendant");
}

function take(index, choose) {
  const reader = offered[index];
  close();
  if (!reader) return;
  shown(reader);
  choose(reader.id);
}

function close() {
  clearTimeout(pause);
  asked += 1; // an answer on its way opens nothing any more
  list.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
  input.value = label(chosen);
}
