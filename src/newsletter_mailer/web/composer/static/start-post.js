/* Questions to the composer that change something. */

import { say } from "./dom.js";

/** What it answers to an object; `wrong` says in words what went wrong. */
export function post(address, object) {
  return answer(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(object) });
}

/** The same for a file or a text, with its name. */
export function upload(address, name, body) {
  return answer(address, { method: "POST", headers: { "X-Name": encodeURIComponent(name), "Content-Type": "application/octet-stream" }, body });
}

async function answer(address, question) {
  const given = await fetch(address, question).catch(() => null);
  if (!given) return { wrong: say("unreachable") };
  const told = await given.json().catch(() => null);
  if (given.ok) return told ?? {};
  return { wrong: told?.what ? sentenceOf(told) : say("unreachable") };
}

const sentenceOf = ({ what, hint }) => (hint ? `${what} → ${hint}` : what);
