/* Small hands for the page. Text only ever becomes text: nothing here parses HTML. */

export const language = document.documentElement.lang;
export const byId = (id) => document.getElementById(id);

/** An element with attributes and children; strings become text. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** A sentence whose `words in backticks` are code. */
export function sentence(text) {
  return text.split("`").map((part, index) => (index % 2 ? element("code", {}, part) : part));
}

/** With a capital at its beginning, unless it begins with a name in quotation marks. */
export const capital = (text) => text.replace(/^\p{Ll}/u, (letter) => letter.toLocaleUpperCase(language));

const words = JSON.parse(document.body.dataset.words ?? "{}");

/** The phrase of that name, its {gaps} filled. */
export function say(name, values = {}) {
  return (words[name] ?? name).replace(/\{(\w+)\}/g, (gap, key) => values[key] ?? gap);
}
const grouped = new Intl.NumberFormat(language);
const rounded = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const clockTime = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const exactTime = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

export const number = (value) => grouped.format(value);
export const kilobytes = (bytes) => say("kilobytes", { size: rounded.format(bytes / 1000) });
export const clock = (milliseconds) => clockTime.format(new Date(milliseconds));
export const exactClock = (milliseconds) => exactTime.format(new Date(milliseconds));

/** Do it once no button of the mouse is down: what moves under a pressed button takes the click away from it. */
export function released(done) {
  if (!document.documentElement.matches(":active")) done();
  else addEventListener("pointerup", () => setTimeout(done), { once: true, capture: true });
}
