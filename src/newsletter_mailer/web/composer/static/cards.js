/* A list of cards in reading order: the blocks of an issue, the people of a block. A card is a line until it is opened;
 * it can be moved, copied and taken away. Where it stands is its place in the page, so nothing else counts it. */

import { draggable } from "./drag.js";
import { element, released, say } from "./dom.js";
import { Part } from "./part.js";
import { same } from "./content.js";
import { summary } from "./summary.js";

/** The cards of a list. */
export class Cards {
  /** `path()` of the list; `kind(value)` names the part of an item; `words(name)` its label; `fixed(value)`: stays where it is. */
  constructor({ path, desk, kind, words, least = 0, most = Infinity, fixed = () => false, drawing = () => "" }) {
    Object.assign(this, { path, desk, kind, words, least, most, fixed, drawing });
    this.node = element("ol", { class: "cards" });
    this.items = [];
    this.full = () => {};
  }

  get count() {
    return this.items.length;
  }

  /** Show other items. Cards whose item is still there are kept, wherever it is now. */
  show(values) {
    const rest = [...this.items];
    const take = (index) => rest.splice(index, 1)[0];
    const kept = values.map((value) => {
      const index = rest.findIndex((card) => same(card.value, value));
      return index < 0 ? null : take(index);
    });
    this.items = values.map((value, place) => {
      const index = kept[place] ? -1 : rest.findIndex((card) => card.name === this.kind(value));
      return kept[place] ?? (index < 0 ? new Card(this, value) : take(index));
    });
    for (const card of rest) card.node.remove();
    this.items.forEach((card, place) => {
      if (this.node.children[place] !== card.node) this.node.insertBefore(card.node, this.node.children[place] ?? null);
      card.show(values[place]);
    });
    this.#counted();
  }

  /** A new item at that place, open and ready to be written. */
  add(place, value = blank(this.kind(), this.desk)) {
    const card = new Card(this, value);
    this.items.splice(place, 0, card); // before the edit is told of: by their places the cards know their values
    this.node.insertBefore(card.node, this.node.children[place] ?? null);
    this.desk.content.insert([...this.path(), place], value);
    this.#counted();
    card.open();
    card.node.scrollIntoView({ block: "nearest" });
    card.focus();
    card.begins();
    this.desk.say(say("added", { what: card.label }));
    return card;
  }

  /** Take an item away; the page offers to put it back. */
  remove(card) {
    const place = card.place;
    const path = card.path();
    const value = structuredClone(this.desk.content.at(path));
    this.items.splice(place, 1);
    card.node.remove();
    this.desk.content.remove(path);
    this.#counted();
    (this.items[Math.min(place, this.count - 1)]?.head ?? this.node.parentElement.querySelector("button"))?.focus();
    this.desk.offer(say("removed", { what: card.label }), () => this.#back(place, value));
  }

  #back(place, value) {
    this.desk.content.insert([...this.path(), Math.min(place, this.count)], value);
    this.show(this.desk.content.at(this.path()));
    this.items[Math.min(place, this.count - 1)]?.head.focus();
  }

  /** The same once more, below. */
  copy(card) {
    const value = structuredClone(this.desk.content.at(card.path()));
    this.add(card.place + 1, value);
  }

  /** One place up (-1) or down (1): the neighbour goes round it, so that the focus stays where it is. */
  step(card, by) {
    const from = card.place;
    const other = this.items[from + by];
    if (!other || this.fixed(other.value) || this.fixed(card.value)) return;
    if (by < 0) card.node.after(other.node);
    else card.node.before(other.node);
    this.#moved(card, from, from + by);
  }

  /** A card was dragged: its place in the page is the new one. */
  dropped(card, from) {
    const to = [...this.node.children].indexOf(card.node);
    if (to !== from) this.#moved(card, from, to);
  }

  #moved(card, from, to) {
    this.items.splice(to, 0, ...this.items.splice(from, 1));
    this.desk.content.move([...this.path(), from], to);
    this.#counted();
    card.node.scrollIntoView({ block: "nearest" });
    this.desk.say(say("moved", { what: card.label, place: to + 1, count: this.count }));
  }

  #counted() {
    this.items.forEach((card) => card.counted());
    this.full(this.count >= this.most);
    this.desk.arranged?.();
  }

  /** Something in one of them was written. */
  written() {
    for (const card of this.items) card.written();
  }

  focus() {
    if (this.count) this.items[0].head.focus();
    else this.node.nextElementSibling?.focus();
  }
}

/** What a new item holds: nothing but what it needs. */
export function blank(name, desk) {
  const value = desk.form.blocks.some((block) => block.type === name) ? { type: name } : {};
  for (const field of desk.form.parts[name]) if (field.required) value[field.name] = empty(field, desk);
  return value;
}

function empty(field, desk) {
  if (field.kind === "list") return field.least ? [blank(field.part, desk)] : [];
  if (field.kind === "part") return blank(field.part, desk);
  if (field.kind === "choice") return field.default ?? field.choices[0].value;
  if (field.kind === "day") return desk.content.data.date ?? "";
  return "";
}

class Card {
  constructor(cards, value) {
    this.cards = cards;
    this.value = value;
    this.name = cards.kind(value);
    this.label = cards.words(this.name).label;
    this.told = element("span", { class: "told" });
    this.badge = element("span", { class: "badge", hidden: true });
    this.head = element("button", { type: "button", class: "head", "aria-expanded": "false", onclick: () => this.toggle() },
      cards.drawing(this.name), element("span", { class: "title" }, element("b", {}, this.label), this.told), this.badge);
    this.handle = element("span", { class: "handle", title: say("drag"), "aria-hidden": "true" });
    this.tools = this.#tools();
    this.body = element("div", { class: "body", hidden: true });
    this.node = element("li", { class: "card-of", "data-type": this.name }, element("div", { class: "line" }, this.handle, this.head, this.tools), this.body);
    this.node.addEventListener("keydown", (event) => this.#key(event));
    draggable(this.handle, this.node, { may: () => !cards.fixed(this.value), stays: (other) => this.#isFixed(other), done: (from) => cards.dropped(this, from) });
    this.show(value);
  }

  get place() {
    return this.cards.items.indexOf(this);
  }

  path() {
    return [...this.cards.path(), this.place];
  }

  #isFixed(node) {
    return this.cards.fixed(this.cards.items.find((card) => card.node === node)?.value);
  }

  #tools() {
    const { cards } = this;
    const tool = (name, act) => element("button", { type: "button", class: "tool", "data-tool": name, title: say(name), "aria-label": say("ofCard", { tool: say(name), what: this.label }), onclick: act });
    if (cards.fixed(this.value)) return element("span", { class: "tools-of" });
    return element("span", { class: "tools-of" },
      tool("up", () => cards.step(this, -1)), tool("down", () => cards.step(this, 1)),
      tool("copy", () => cards.copy(this)), tool("remove", () => cards.remove(this)));
  }

  /** Buttons that would do nothing are off. */
  counted() {
    const { cards, place } = this;
    const closed = (other) => !other || cards.fixed(other.value);
    for (const button of this.tools.children) {
      const off = { up: closed(cards.items[place - 1]), down: closed(cards.items[place + 1]), copy: cards.count >= cards.most, remove: cards.count <= cards.least }[button.dataset.tool];
      button.setAttribute("aria-disabled", String(off));
      button.disabled = off && document.activeElement !== button;
    }
    this.node.setAttribute("aria-label", say("cardPlace", { what: this.label, place: place + 1, count: cards.count }));
  }

  #key(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.cards.step(this, step);
  }

  show(value) {
    this.#tell(value);
    if (this.part) this.part.show(value);
  }

  /** Something in it was written: its line says so. */
  written() {
    this.#tell(this.cards.desk.content.at(this.path()));
    for (const row of this.part?.rows.values() ?? []) row.cards?.written();
  }

  #tell(value) {
    this.value = structuredClone(value);
    this.told.textContent = summary(value, this.cards.desk.form.parts[this.name]);
  }

  toggle() {
    if (this.body.hidden) this.open();
    else this.close();
  }

  /** Its fields are made when they are first wanted: thirty blocks stand there at once. */
  open() {
    if (!this.part) {
      this.part = new Part(this.name, () => this.path(), this.cards.desk);
      this.body.append(this.part.node);
      this.body.hidden = false;
      this.part.show(this.cards.desk.content.at(this.path()));
      this.cards.desk.complained?.();
    }
    this.body.hidden = false;
    this.head.setAttribute("aria-expanded", "true");
    this.node.classList.add("open");
    return this.part;
  }

  /** What it lacks is not said before somebody has been in it. */
  begins() {
    this.node.classList.add("fresh");
    this.node.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !this.node.contains(event.relatedTarget)) released(() => this.node.classList.remove("fresh"));
    });
  }

  /** Its first field, or its line when it has none. */
  focus() {
    const first = !this.body.hidden && this.part.list.querySelector("textarea, input, select, button");
    (first || this.head).focus();
  }

  close() {
    this.body.hidden = true;
    this.head.setAttribute("aria-expanded", "false");
    this.node.classList.remove("open");
  }

  /** How many things are to mend in it, shown also while it is closed. */
  mark(errors, warnings) {
    this.badge.hidden = !errors && !warnings;
    this.badge.dataset.level = errors ? "error" : "warning";
    this.badge.textContent = errors || warnings;
    this.badge.title = say("toMend", { count: errors || warnings });
  }
}
