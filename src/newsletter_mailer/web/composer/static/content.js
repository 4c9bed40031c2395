/* The issue as data, and every change of it as an edit for the draft. The one copy that the form draws. */

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const holds = (value) => typeof value === "object" && value !== null;
export { same };

export class Content extends EventTarget {
  /** `send(edit)` is told of every change. */
  constructor(data, send) {
    super();
    this.data = data;
    this.send = send;
  }

  /** What stands at that path, undefined when nothing does. */
  at(path) {
    return path.reduce((value, key) => (value == null ? undefined : value[key]), this.data);
  }

  /** Put a value there; what lies on the way and is missing comes with it. */
  set(path, value) {
    if (same(this.at(path), value)) return;
    let place = path;
    let whole = value;
    while (place.length > 1 && !holds(this.at(place.slice(0, -1)))) {
      whole = { [place.at(-1)]: whole };
      place = place.slice(0, -1);
    }
    this.at(place.slice(0, -1))[place.at(-1)] = whole;
    this.#tell({ op: "set", path: place, value: whole });
  }

  /** Take a key or an item away. */
  remove(path) {
    const parent = this.at(path.slice(0, -1));
    if (!holds(parent) || parent[path.at(-1)] === undefined) return;
    if (Array.isArray(parent)) parent.splice(path.at(-1), 1);
    else delete parent[path.at(-1)];
    this.#tell({ op: "remove", path });
  }

  /** A new item; the last key is its index. A list that is not there yet comes with it. */
  insert(path, value) {
    const list = path.slice(0, -1);
    if (!Array.isArray(this.at(list))) {
      this.set(list, [value]);
      return;
    }
    this.at(list).splice(path.at(-1), 0, value);
    this.#tell({ op: "insert", path, value });
  }

  /** An item to another place of its list. */
  move(path, to) {
    const from = path.at(-1);
    if (from === to) return;
    const list = this.at(path.slice(0, -1));
    list.splice(to, 0, ...list.splice(from, 1));
    this.#tell({ op: "move", path, to });
  }

  /** The issue as it came from elsewhere: nothing is sent. */
  replace(data) {
    this.data = data;
  }

  #tell(edit) {
    this.send(structuredClone(edit));
    this.dispatchEvent(new CustomEvent("edited", { detail: edit }));
  }
}
