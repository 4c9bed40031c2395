/* What stands beside the mail: its state, the inbox line, the weight. */

import { byId, clock, exactClock, kilobytes, number, say } from "./dom.js";

const WORDS_A_MINUTE = 220;

/** The state pill: good, wrong, busy or stopped. */
export function pill(state, words, time = "") {
  byId("state").dataset.state = state;
  byId("state-words").textContent = words;
  byId("state-time").textContent = time && ` · ${time}`;
}

/** The mail in numbers, and as a line of an inbox. */
export function facts(preview, { limits, composedAt }) {
  inbox(preview);
  byId("when").textContent = clock(composedAt);
  weigh(preview.htmlBytes, limits);
  byId("message-size").textContent = kilobytes(preview.messageBytes);
  byId("words").textContent = say("words", { count: number(preview.words) });
  byId("minutes").textContent = say("minutes", { count: number(Math.max(1, Math.round(preview.words / WORDS_A_MINUTE))) });
  byId("composed").textContent = exactClock(composedAt);
}

function inbox({ sender, subject, preheader }) {
  byId("initial").textContent = (sender.name || sender.address).trim().slice(0, 1).toLocaleUpperCase();
  byId("from").textContent = sender.name || sender.address;
  byId("from").title = sender.address;
  byId("subject").textContent = subject || say("noSubject");
  byId("preheader").textContent = preheader || byId("preheader").dataset.none;
}

function weigh(bytes, { warn, clip }) {
  const gauge = byId("gauge");
  gauge.max = clip;
  gauge.value = Math.min(bytes, clip);
  const level = bytes > clip ? "over" : bytes > warn ? "near" : "good";
  gauge.dataset.level = level;
  byId("size").textContent = say("bytesOf", { size: number(bytes), limit: number(clip) });
  byId("size-words").textContent = say({ good: "gaugeGood", near: "gaugeNear", over: "gaugeOver" }[level]);
}

/** A line above the mail when it is not the newest state; "" takes it away. */
export function notice(words) {
  byId("notice").textContent = words;
  byId("notice").hidden = !words;
}
