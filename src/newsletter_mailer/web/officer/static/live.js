// What changes on the page of a campaign is loaded again and again, until nothing more happens by itself.
const EVERY_MS = 2000;
const place = document.getElementById("live");
const stale = document.getElementById("stale");
const spoken = document.getElementById("spoken");

async function look() {
  const answer = await fetch(place.dataset.from, { cache: "no-store", redirect: "error" });
  if (!answer.ok) throw new Error(String(answer.status));
  const found = new DOMParser().parseFromString(await answer.text(), "text/html").body;
  const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
  place.replaceChildren(...found.childNodes);
  if (focused) document.getElementById(focused)?.focus();
  const state = place.querySelector("[data-state]").textContent.trim();
  if (spoken.textContent !== state) spoken.textContent = state; // said aloud when it changes, not every time
}

async function watch() {
  if (!document.hidden) {
    try {
      await look();
      stale.hidden = true;
    } catch {
      stale.hidden = false; // the program is stopped, or the day is over: signing in again is one click away
    }
  }
  if (!place.querySelector("[data-over]")) setTimeout(watch, EVERY_MS);
}

document.getElementById("by-hand").hidden = true;
if (!place.querySelector("[data-over]")) setTimeout(watch, EVERY_MS);
