/* Foreign HTML as a document in which nothing runs, loads or is shown: the only place where text becomes HTML. */

const policy = globalThis.trustedTypes?.createPolicy("inert", { createHTML: (html) => html });

/** A document without a window: no script in it runs and no picture of it is fetched. */
export function inert(html) {
  return new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, "text/html");
}
