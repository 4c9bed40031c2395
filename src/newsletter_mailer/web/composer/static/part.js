/* The fields of one part: an issue's head, a block, a picture in it. Only what is filled, needed or usual stands open;
 * the rest waits on small buttons. What is drawn stays: a change from elsewhere is shown in the controls that are there. */

import { Cards } from "./cards.js";
import { control } from "./controls.js";
import { element, say } from "./dom.js";

let number = 0;

export class Part {
  /** `name` of the part's fields in the form; `path()` says where it stands at the moment; `desk`: `{form, content, root}`. */
  constructor(name, path, desk) {
    Object.assign(this, { name, path, desk, rows: new Map() });
    this.fields = desk.form.parts[name] ?? [];
    this.list = element("div", { class: "fields" });
    this.more = element("div", { class: "more", role: "group", "aria-label": say("addField") });
    this.node = element("div", { class: "part", "data-part": name }, this.list, this.more);
    this.opened = new Set();
  }

  /** Show a value of the part; fields that have come or gone come or go, the others stay as they are. */
  show(value) {
    this.value = value !== null && typeof value === "object" ? value : {};
    for (const field of this.fields) {
      const wanted = this.#stands(field);
      const row = this.rows.get(field.name);
      if (wanted && !row) this.#add(field);
      else if (!wanted && row) this.#drop(field.name);
      if (wanted) this.rows.get(field.name).show(this.value[field.name]);
    }
    this.#offer();
  }

  #stands(field) {
    const given = this.value[field.name];
    if (this.value.decorative && (field.name === "alt" || field.name === "link") && given == null) return false;
    return given != null || this.opened.has(field.name) || (field.usual && field.kind !== "part");
  }

  #add(field) {
    const row = new Row(field, this);
    this.rows.set(field.name, row);
    const after = this.fields.slice(this.fields.indexOf(field) + 1).find((each) => this.rows.has(each.name));
    this.list.insertBefore(row.node, after ? this.rows.get(after.name).node : null);
    row.placed();
  }

  #drop(name) {
    this.rows.get(name).node.remove();
    this.rows.delete(name);
  }

  /** The buttons of what is not there yet. */
  #offer() {
    const missing = this.fields.filter((field) => !this.rows.has(field.name) && !(this.value.decorative && (field.name === "alt" || field.name === "link")));
    const names = missing.map((field) => field.name).join();
    if (this.more.dataset.names === names) return;
    this.more.dataset.names = names;
    this.more.replaceChildren(...missing.map((field) =>
      element("button", { type: "button", class: "chip", onclick: () => this.open(field.name)?.focus() }, field.label)));
    this.more.hidden = !missing.length;
  }

  /** The row of that field, opened if it was not. */
  open(name) {
    if (!this.fields.some((field) => field.name === name)) return undefined;
    if (!this.rows.has(name)) {
      this.opened.add(name);
      this.show(this.desk.content.at(this.path()));
    }
    return this.rows.get(name);
  }

  /** A field's new value; undefined takes it away. */
  change(name, value) {
    const place = [...this.path(), name];
    this.opened.add(name); // a field that was emptied stays where it is
    if (value === undefined) this.desk.content.remove(place);
    else this.desk.content.set(place, value);
    if (name === "decorative") this.show(this.#decorated(value));
  }

  /** A picture is told in words or is only decoration, never both. */
  #decorated(decorative) {
    if (decorative) for (const name of ["alt", "link"]) this.desk.content.remove([...this.path(), name]);
    return this.desk.content.at(this.path());
  }

  /** Take an optional part away, with its row. */
  close(name) {
    this.opened.delete(name);
    this.desk.content.remove([...this.path(), name]);
    this.show(this.desk.content.at(this.path()));
    this.more.querySelector("button")?.focus();
  }
}

/** One field: its label, its control, its help and what is wrong with it. */
class Row {
  constructor(field, part) {
    this.field = field;
    this.part = part;
    this.id = `field-${++number}`;
    this.errors = element("div", { class: "errors", id: `${this.id}-errors` });
    this.help = field.help ? element("p", { class: "help", id: `${this.id}-help` }, field.help) : "";
    const make = { part: () => this.#inner(), list: () => this.#list() }[field.kind] ?? (() => this.#plain());
    this.node = make();
    this.node.dataset.field = field.name;
  }

  #plain() {
    const { field, part } = this;
    this.control = control(field, { id: this.id, change: (value) => part.change(field.name, value), root: part.desk.root });
    this.input = this.control.input;
    this.input.setAttribute("aria-describedby", `${this.help && `${this.id}-help `}${this.id}-errors`);
    this.judged = this.input.tagName !== "BUTTON";
    if (field.required && this.judged) this.input.setAttribute("aria-required", "true");
    this.input.addEventListener("blur", () => this.control.show(part.desk.content.at([...part.path(), field.name])));
    const label = element("label", { for: this.id }, field.label);
    const flag = field.kind === "flag";
    return element("div", { class: `row of-${field.kind}` }, ...(flag ? [this.control.node, label] : [label, this.control.node]), this.errors, this.help);
  }

  #inner() {
    const { field, part } = this;
    this.inner = new Part(field.part, () => [...part.path(), field.name], part.desk);
    const away = field.required ? "" : element("button", { type: "button", class: "chip away", onclick: () => part.close(field.name) }, say("takeAway"));
    return element("fieldset", { class: "row inner" }, element("legend", {}, field.label), away, this.help, this.errors, this.inner.node);
  }

  #list() {
    const { field, part } = this;
    this.cards = new Cards({
      path: () => [...part.path(), field.name],
      desk: part.desk,
      kind: () => field.part,
      words: (name) => part.desk.form.items[name] ?? { label: name, add: say("add") },
      least: field.least,
      most: field.most ?? Infinity,
    });
    const { add } = part.desk.form.items[field.part] ?? { add: say("add") };
    const button = element("button", { type: "button", class: "quiet add", onclick: () => this.cards.add(this.cards.count) }, add);
    this.cards.full = (full) => { button.hidden = full; };
    return element("fieldset", { class: "row inner list" }, element("legend", {}, field.label), this.help, this.errors, this.cards.node, button);
  }

  show(value) {
    if (this.inner) this.inner.show(value);
    else if (this.cards) this.cards.show(Array.isArray(value) ? value : []);
    else if (document.activeElement !== this.input || this.part.desk.forced) this.control.show(value);
  }

  /** In the page from now on: only there has a text its height. */
  placed() {
    if (this.input?.dataset.grows !== undefined) this.part.desk.tall.observe(this.input);
  }

  focus() {
    if (this.inner) [...this.inner.rows.values()][0]?.focus();
    else if (this.cards) this.cards.focus();
    else this.input.focus();
  }

  /** What is wrong here; none takes it away. */
  complain(found) {
    const told = found.map(({ textContent }) => textContent).join("\n");
    if (told === this.told) return;
    this.told = told;
    this.errors.replaceChildren(...found);
    this.node.classList.toggle("faulty", found.some(({ dataset }) => dataset.level !== "note"));
    if (this.judged) this.input.setAttribute("aria-invalid", String(found.some(({ dataset }) => dataset.level === "error")));
  }
}
