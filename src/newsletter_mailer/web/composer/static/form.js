/* The form of an issue: its head, then a card for each block. Every change goes to the draft at once; what comes from
 * elsewhere is shown in the controls that stand there, never in the one that somebody is writing in. */

import { Cards, blank } from "./cards.js";
import { Content } from "./content.js";
import { grow } from "./controls.js";
import { byId, element, say } from "./dom.js";
import { remark } from "./findings.js";
import { chooseBlock, drawing } from "./menu.js";
import { Part } from "./part.js";
import { learn } from "./tags.js";

const CALM = matchMedia("(prefers-reduced-motion: reduce)");
const stays = (block) => block?.type === "footer";

/** The form in `#form`, over an open draft; `root` is the address. */
export async function openForm(draft, root) {
  const answer = await fetch("/api/form");
  const form = await answer.json();
  learn(form.tags);
  return new Form(form, draft, root);
}

class Form {
  constructor(form, draft, root) {
    this.content = new Content(structuredClone(draft.data), (edit) => draft.edit(edit));
    const words = new Map(form.blocks.map((block) => [block.type, block]));
    this.desk = { form, content: this.content, root, forced: false, tall: heights(), say: announce, offer: offerUndo, complained: () => this.complain(this.found ?? []) };
    this.head = new Part("issue", () => [], this.desk);
    this.blocks = new Cards({
      path: () => ["blocks"],
      desk: this.desk,
      kind: (block) => block?.type,
      words: (type) => words.get(type) ?? { label: type ?? "?" },
      fixed: stays,
      drawing,
      least: 1,
    });
    this.desk.arranged = () => this.#gaps();
    byId("head-fields").replaceChildren(this.head.node);
    byId("blocks").replaceChildren(this.blocks.node);
    byId("add-block").addEventListener("click", () => this.add());
    this.content.addEventListener("edited", ({ detail }) => this.#written(detail));
    this.#show();
  }

  #show() {
    this.head.show(this.content.data);
    const { blocks } = this.content.data;
    this.blocks.show(Array.isArray(blocks) ? blocks : []);
  }

  /** The issue as it came from elsewhere. `forced`: also the field that has the focus, as after an undo. */
  replace(data, { forced = false } = {}) {
    this.content.replace(structuredClone(data));
    if (forced) byId("toast").replaceChildren(); // what it offers may have been taken back already
    this.desk.forced = forced;
    this.#show();
    this.desk.forced = false;
  }

  #written({ op, path: [list, place, ...rest] }) {
    if (list === "blocks" && !rest.length && op !== "set") return; // whole blocks came, went or moved
    if (list === "blocks" && place !== undefined) this.blocks.items[place]?.written();
    else for (const row of this.head.rows.values()) row.cards?.written();
  }

  /** Ask which block, and put it at that place: the end, before the foot, when none is given. */
  async add(place = this.#end()) {
    const taken = new Set(this.blocks.items.map((card) => card.name));
    const type = await chooseBlock(this.desk.form.blocks.filter((block) => block.type !== "footer" || !taken.has("footer")));
    if (type) this.blocks.add(type === "footer" ? this.blocks.count : place, blank(type, this.desk));
  }

  #end() {
    return stays(this.blocks.items.at(-1)?.value) ? this.blocks.count - 1 : this.blocks.count;
  }

  /** Between the cards stands a button that adds a block there. */
  #gaps() {
    for (const card of this.blocks.items) {
      if (card.node.querySelector(":scope > .gap")) continue;
      const button = element("button", { type: "button", class: "gap", "aria-label": say("addHere", { what: card.label }), onclick: () => this.add(card.place) });
      card.node.prepend(button);
    }
  }

  /** The row of a value, or the nearest thing around it: a card, null. Cards on the way are opened if that is wanted. */
  find(path, { open = false } = {}) {
    if (path[0] !== "blocks") return path.length ? locate(this.head, path, open) : null;
    const card = this.blocks.items[path[1]];
    return card ? inCard(card, path.slice(2), open) : null;
  }

  /** Bring the field of a value into sight and give it the focus. Whether there is one. */
  focus(path) {
    const found = this.find(path, { open: true });
    if (!found) return false;
    found.focus();
    found.node.scrollIntoView({ block: "center", behavior: CALM.matches ? "auto" : "smooth" });
    return true;
  }

  /** Say under the fields what is to mend, and on each card how much. */
  complain(found) {
    this.found = found;
    const rows = new Map();
    for (const each of found) {
      const row = this.find(each.at);
      if (row?.complain) rows.set(row, [...(rows.get(row) ?? []), each]);
    }
    for (const row of this.complained ?? []) if (!rows.has(row)) row.complain([]);
    for (const [row, all] of rows) row.complain(all.map(remark));
    this.complained = [...rows.keys()];
    this.blocks.items.forEach((card, place) => {
      const own = found.filter(({ at }) => at[0] === "blocks" && at[1] === place);
      const errors = own.filter(({ level }) => level === "error").length;
      card.mark(errors, own.length - errors);
    });
  }
}

function locate(part, [name, ...rest], open) {
  const row = open ? part.open(name) : part.rows.get(name);
  if (!row) return null;
  if (row.inner && rest.length) return locate(row.inner, rest, open) ?? row;
  const card = row.cards?.items[rest[0]];
  return card ? inCard(card, rest.slice(1), open) : row;
}

function inCard(card, path, open) {
  const part = open ? card.open() : card.part;
  return (part && path.length && locate(part, path, open)) || card;
}

/** Texts are as tall as their words, also when a card is opened or the window gets narrower. */
function heights() {
  const widths = new WeakMap();
  return new ResizeObserver((entries) => {
    for (const { target, contentRect: { width } } of entries) {
      if (widths.get(target) === width) continue;
      widths.set(target, width);
      grow(target);
    }
  });
}

/** For those who do not see what happened. */
function announce(words) {
  byId("told").textContent = words;
}

/** A sentence with a way back; it stays until one writes on or says something else, for nobody reads against the clock. */
function offerUndo(words, undo) {
  announce(words);
  const close = () => toast.replaceChildren();
  const toast = byId("toast");
  toast.replaceChildren(
    element("p", {}, words),
    element("button", { type: "button", class: "main", onclick: () => { close(); undo(); } }, say("undo")),
    element("button", { type: "button", class: "quiet", onclick: close, "aria-label": say("close") }, "×"));
  const offered = toast.firstChild;
  byId("form").addEventListener("input", () => { if (toast.firstChild === offered) close(); }, { once: true });
}
