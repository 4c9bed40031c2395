/* An issue as it is written: every change is shown at once, saved after a pause, and kept until it is.
 *
 * One thing is sent at a time. What is on its way (`sending`) keeps its name and its base when it is sent again, so the
 * server writes it once, however often the line breaks; what came after it (`waiting`) builds on it.
 */

import { applied, at, clean, joined } from "./edits.js";
import { keeper } from "./keeping.js";

const PAUSE_MS = 300;
const LONGEST_MS = 2000; // who types without a pause is saved all the same
const MOST_AT_ONCE = 100; // edits: after a long time without a line, each answer comes in good time all the same
const HANGS_MS = 30_000; // a line that is neither alive nor dead
const AGAIN_MS = [1000, 2000, 5000, 10000, 15000];

/** The issue of that slug, with whatever an earlier window could not save. Throws when there is no answer. */
export async function open(slug) {
  const draft = new Draft(slug);
  await draft.begin();
  return draft;
}

/** Events: saving, saved, failed, conflict, replaced (the data came from elsewhere), state (any of them, and undo). */
export class Draft extends EventTarget {
  data = null;
  problems = [];
  savedAt = 0;
  canUndo = false;
  canRedo = false;
  /** kind: saved, waiting, saving, failed or conflict; what and hint say why it failed. */
  state = { kind: "saved", what: "", hint: "", offline: false };
  conflict = null;

  #root;
  #base = "";
  #sending = null;
  #waiting = [];
  #next = ""; // the name that what waits is sent under
  #keeper;
  #isKept = true;
  #isBehind = false; // the page lacks what an earlier window wrote
  #timer = 0;
  #firstAt = 0;
  #again = 0;
  #failures = 0;
  #turn = Promise.resolve();

  constructor(slug) {
    super();
    this.#root = `/issues/${encodeURIComponent(slug)}`;
    this.#keeper = keeper(slug);
  }

  /** Whether everything that was written is in the file. */
  get settled() {
    return !this.#sending && !this.#waiting.length;
  }

  /** SHA-256 of the file as this window knows it. */
  get version() {
    return this.#base;
  }

  /** In a conflict: what was written and what stands in the file, where that is not the same. */
  get clashes() {
    const places = new Map(this.#all().filter(({ op }) => op === "set").map(({ path, value }) => [JSON.stringify(path), { path, mine: value }]));
    const both = [...places.values()].map(({ path, mine }) => ({ path, mine, theirs: at(this.conflict?.data, path) }));
    return both.filter(({ mine, theirs }) => JSON.stringify(mine) !== JSON.stringify(theirs));
  }

  /** Read the issue, and send what earlier windows left behind. */
  async begin() {
    const left = await this.#keeper.left();
    const answer = await fetch(`${this.#root}/draft`);
    if (!answer.ok) throw new Error(String(answer.status));
    this.#take(await answer.json());
    this.#listen();
    for (const each of left) await this.#adopt(each);
  }

  /** Change the issue: {op: set|insert|remove|move, path, value, to}. */
  edit(op) {
    const edit = clean(op);
    this.data = applied(this.data, edit);
    this.#waiting = joined(this.#waiting, edit);
    this.#next ||= crypto.randomUUID();
    this.#keep();
    if (this.conflict) return;
    this.#firstAt ||= Date.now();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), Math.min(PAUSE_MS, Math.max(0, this.#firstAt + LONGEST_MS - Date.now())));
    if (this.state.kind === "saved") this.#tell({ kind: "waiting" });
  }

  /** Save now what is not saved yet. */
  flush() {
    clearTimeout(this.#timer);
    clearTimeout(this.#again);
    this.#firstAt = 0;
    return this.#inTurn(() => this.#send());
  }

  /** One step back, or forth. */
  undo() { return this.#step("undo", {}); }
  redo() { return this.#step("redo", {}); }

  /** Back to the state of that moment, as the history names it. */
  restore(at) { return this.#step("restore", { at }); }

  /** Every state that can be had again, the newest first: [{at, what, here}]. */
  async history() {
    const answer = await fetch(`${this.#root}/history`);
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  /** End a conflict: mine, disk or both. */
  resolve(choice) {
    return this.#inTurn(async () => {
      if (!this.conflict) return;
      const edits = this.#all();
      const answer = await this.#post("resolve", { choice, base: this.#base, version: this.conflict.version, edits });
      if (!answer) return;
      this.#sending = null;
      this.#waiting = [];
      this.conflict = null;
      this.#replace(answer);
    });
  }

  /** The server told of news: perhaps another program saved the file, or the server is back. */
  look() {
    if (this.conflict) return Promise.resolve();
    if (!this.settled) return this.state.kind === "failed" ? this.flush() : Promise.resolve();
    return this.#inTurn(async () => {
      if (!this.settled) return;
      const answer = await fetch(`${this.#root}/draft?known=${this.#base}`, { signal: AbortSignal.timeout(HANGS_MS) }).catch(() => null);
      if (!answer?.ok || answer.status === 204 || !this.settled) return;
      this.#replace(await answer.json(), { forced: false });
    });
  }

  async #send() {
    while (!this.conflict && (this.#sending || this.#waiting.length)) {
      this.#sending ??= this.#batch();
      this.#keep();
      if (this.state.kind !== "failed") this.#tell({ kind: "saving" }, "saving");
      const answer = await this.#post("edits", { base: this.#base, ...this.#sending });
      if (!answer) return;
      this.#sending = null;
      this.#saved(answer);
    }
    if (this.#isBehind && this.settled) await this.#catchUp();
  }

  /** What an earlier window wrote is in the file now, and not yet on the page. */
  async #catchUp() {
    const answer = await fetch(`${this.#root}/draft`).catch(() => null);
    if (answer?.ok) this.#replace(await answer.json());
  }

  #saved(answer) {
    if (this.#waiting.length) this.#base = answer.yours ?? answer.version;
    else if (answer.data !== undefined) this.#replace(answer, { forced: false });
    if (!this.#waiting.length) this.#base = answer.version;
    this.#remember(answer);
    this.#keep();
    this.#tell({ kind: this.settled ? "saved" : "saving" }, "saved");
  }

  /** What the server answers, or null after telling why it did not take it. */
  async #post(name, body) {
    const answer = await this.#fetch(name, body).catch(() => null);
    const told = await answer?.json().catch(() => null);
    if (answer?.ok && told) {
      this.#failures = 0;
      return told;
    }
    if (answer?.status === 409 && told) this.#clash(told);
    else if (told?.refused && !this.settled) await this.#refused(told);
    else this.#fail({ what: told?.what ?? "", hint: told?.hint ?? "", status: answer?.status ?? 0 });
    return null;
  }

  /** Goes on when the window closes, as far as browsers let it. */
  #fetch(name, what) {
    const body = JSON.stringify(what);
    const headers = { "Content-Type": "application/json" };
    return fetch(`${this.#root}/${name}`, { method: "POST", headers, body, keepalive: body.length < 20_000, signal: AbortSignal.timeout(HANGS_MS) });
  }

  /** The file can never take this: the author sees it, may copy it, and goes on with the rest. */
  async #refused({ what, hint }) {
    const answer = await fetch(`${this.#root}/draft`).catch(() => null);
    if (answer?.ok) this.#clash({ ...(await answer.json()), refused: { what, hint } });
    else this.#fail({ what, hint, status: 422 });
  }

  #clash(told) {
    this.conflict = told;
    this.#tell({ kind: "conflict" }, "conflict");
  }

  /** Kept and tried again: by itself after a while, and as soon as the line is back. */
  #fail({ what, hint, status }) {
    if (status === 422 && this.#sending) {
      this.#waiting = this.#all(); // under a new name, with what is written over it meanwhile
      this.#next = crypto.randomUUID();
      this.#sending = null;
      this.#keep();
    }
    const pause = AGAIN_MS[Math.min(this.#failures, AGAIN_MS.length - 1)];
    this.#failures += 1;
    clearTimeout(this.#again);
    if (!this.settled) this.#again = setTimeout(() => this.flush(), pause);
    this.#tell({ kind: "failed", what, hint, status, offline: !status }, "failed");
  }

  #step(name, body) {
    return this.flush().then(() => this.#inTurn(async () => {
      if (!this.settled || this.conflict) return;
      const answer = await this.#post(name, { base: this.#base, ...body });
      if (answer) this.#replace(answer);
    }));
  }

  async #adopt({ what: { base, sending, next, waiting }, done }) {
    if (!this.settled) return; // it stays where it is, for the next window
    this.#base = base;
    this.#sending = sending;
    this.#next = next;
    this.#waiting = waiting;
    this.#keep();
    done();
    this.#isBehind = true;
    await this.flush();
  }

  #batch() {
    const batch = { batch: this.#next || crypto.randomUUID(), edits: this.#waiting.slice(0, MOST_AT_ONCE) };
    this.#waiting = this.#waiting.slice(MOST_AT_ONCE);
    this.#next = "";
    return batch;
  }

  #all() {
    return [...(this.#sending?.edits ?? []), ...this.#waiting];
  }

  #replace(told, { forced = true } = {}) {
    this.#take(told);
    this.data = this.#waiting.reduce(applied, this.data); // typed while the answer was on its way
    this.#keep();
    this.dispatchEvent(new CustomEvent("replaced", { detail: { data: this.data, forced } }));
    this.#tell({ kind: this.settled ? "saved" : "waiting" });
  }

  #take(told) {
    this.#base = told.version;
    this.data = told.data;
    this.#isBehind = false;
    this.#remember(told);
  }

  #remember({ savedAt, problems, canUndo, canRedo }) {
    Object.assign(this, { savedAt, problems, canUndo, canRedo });
  }

  #keep() {
    const { settled } = this;
    this.#isKept = this.#keeper.keep(settled ? null : { base: this.#base, sending: this.#sending, next: this.#next, waiting: this.#waiting });
  }

  #tell(state, event = "") {
    this.state = { what: "", hint: "", offline: false, ...state };
    if (event) this.dispatchEvent(new CustomEvent(event, { detail: { ...this.state, savedAt: this.savedAt, problems: this.problems, data: this.conflict?.data } }));
    this.dispatchEvent(new CustomEvent("state", { detail: this.state }));
  }

  /** One after the other, whatever happened to the one before. */
  #inTurn(task) {
    const done = this.#turn.then(task);
    this.#turn = done.catch(() => {});
    return done;
  }

  #listen() {
    addEventListener("online", () => this.flush());
    addEventListener("beforeunload", (event) => {
      if (!this.settled && (this.state.kind === "failed" || this.conflict || !this.#isKept)) event.preventDefault();
    });
    addEventListener("pagehide", () => this.#leave());
  }

  /** The window closes: the last words go without waiting for an answer; they are in the store as well. */
  #leave() {
    if (this.conflict || this.#sending || !this.#waiting.length) return;
    this.#sending = this.#batch();
    this.#keep();
    this.#fetch("edits", { base: this.#base, ...this.#sending }).catch(() => {});
  }
}
