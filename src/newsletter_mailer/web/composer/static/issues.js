/* The page on which an issue is chosen. */

import { byId, element, language } from "./dom.js";
import { listen } from "./news.js";

const day = new Intl.DateTimeFormat(language, { day: "numeric", timeZone: "UTC" });
const month = new Intl.DateTimeFormat(language, { month: "short", timeZone: "UTC" });
const year = new Intl.DateTimeFormat(language, { year: "numeric", timeZone: "UTC" });

async function refresh() {
  const answer = await fetch("/api/issues").catch(() => null);
  if (!answer?.ok) return;
  const found = await answer.json();
  byId("issues").replaceChildren(...found.map(card));
  byId("none").hidden = found.length > 0;
}

function card(issue) {
  const date = issue.date && new Date(`${issue.date}T00:00:00Z`);
  const parts = date ? [element("b", {}, day.format(date)), month.format(date), element("small", {}, year.format(date))] : ["?"];
  return element("li", {},
    element("a", { href: `/issues/${encodeURIComponent(issue.slug)}` },
      element("span", { class: "date" }, ...parts),
      element("span", { class: "about" },
        element("strong", {}, issue.title),
        element("span", { class: "subject" }, issue.subject),
        element("code", {}, issue.slug))));
}

listen({ saved: refresh, lost: () => {} });
