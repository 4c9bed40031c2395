/* The page on which an issue is chosen or begun. */

import { byId, element, language, say } from "./dom.js";
import { listen } from "./news.js";
import { arrange } from "./start-arrange.js";
import { bring, dropped } from "./start-text.js";
import { post } from "./start-post.js";

const WIDTH = 600; // of the mail in its frame

const longDay = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
let found = [];
let way = "blank";

async function refresh() {
  const answer = await fetch("/api/issues").catch(() => null);
  if (!answer?.ok) return;
  const now = await answer.json();
  if (JSON.stringify(now) === JSON.stringify(found)) return reload();
  found = now;
  byId("issues").replaceChildren(...found.map(card));
  byId("all").hidden = !found.length;
  byId("way-last").hidden = !found.length;
  byId("last-help").textContent = found.length ? say("likeLast", { title: found[0].title }) : "";
  byId("copy").replaceChildren(...found.map((issue) => element("option", { value: `issue:${issue.slug}` }, issue.title)));
}

function card(issue) {
  const address = `/issues/${encodeURIComponent(issue.slug)}`;
  const frame = element("iframe", {
    src: `${address}/thumbnail`,
    sandbox: "",
    loading: "lazy",
    tabindex: "-1",
    width: WIDTH,
    height: 900,
    title: say("previewOf", { title: issue.title }),
    "aria-hidden": "true",
    referrerpolicy: "no-referrer",
  });
  return element("li", {},
    element("a", { href: address },
      element("span", { class: "thumb" }, frame),
      element("span", { class: "about" },
        element("span", { class: "when" }, issue.date ? longDay.format(new Date(`${issue.date}T00:00:00Z`)) : "?"),
        element("strong", {}, issue.title),
        element("span", { class: "subject" }, issue.subject),
        element("code", {}, issue.slug))));
}

/** As wide as its card, whatever the window. */
new ResizeObserver(([list]) => {
  const width = list.target.querySelector(".thumb")?.clientWidth;
  if (width) list.target.style.setProperty("--scale", width / WIDTH);
}).observe(byId("issues"));

/** After a save the pictures of the mails are drawn again: only those that anybody sees. */
function reload() {
  for (const frame of document.querySelectorAll(".thumb iframe")) frame.src = frame.getAttribute("src");
}

function open(wanted) {
  if (wanted === "text") return bring(take);
  way = wanted;
  byId("copy-field").hidden = way !== "last";
  byId("title").value = "";
  byId("date").value = document.body.dataset.today;
  byId("new-wrong").textContent = "";
  byId("new").showModal();
  byId("title").focus();
}

const take = (text) => arrange(text, document.body.dataset.today);

async function make(event) {
  event.preventDefault();
  const title = byId("title").value.trim();
  if (!title || !byId("date").value) return complain(say("needsTitle"));
  const from = way === "last" ? byId("copy").value : way === "example" ? "example" : "";
  const { slug, wrong } = await post("/api/new", { title, date: byId("date").value, from });
  if (wrong) return complain(wrong);
  location.assign(`/issues/${encodeURIComponent(slug)}`);
}

function complain(words) {
  byId("new-wrong").textContent = words;
  byId("title").setAttribute("aria-invalid", "true");
  byId("title").focus();
}

for (const button of document.querySelectorAll("[data-way]")) button.addEventListener("click", () => open(button.dataset.way));
for (const button of document.querySelectorAll("[data-close]")) button.addEventListener("click", () => button.closest("dialog").close());
byId("new").querySelector("form").addEventListener("submit", make);
byId("title").addEventListener("input", () => byId("title").removeAttribute("aria-invalid"));
dropped(take);
listen({ saved: refresh, lost: () => {} });
