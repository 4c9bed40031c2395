/* Foreign HTML as a document in which nothing runs, loads or is shown: the only place where text becomes HTML. */

const policy = globalThis.trustedTypes?.createPolicy("inert", { createHTML: (html) => html });

/** A document without a window: no script in it runs and no picture of it is fetched. Styles are told by `style`. */
export function inert(html) {
  const plain = unstyled(html);
  return new DOMParser().parseFromString(policy ? policy.createHTML(plain) : plain, "text/html");
}

/** The browser would complain that it may neither apply styles nor run handlers: they are kept as words. */
const unstyled = (html) => html
  .replace(/<style\b[\s\S]*?<\/style\s*>/gi, "")
  .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/([\s"'/])(style|on[a-z]+)\s*=/gi, "$1data-$2="));

/** What the style attribute of an element says of a property, "" when nothing. */
export function style(node, property) {
  const found = node.dataset?.style?.match(new RegExp(`(?:^|;)\\s*${property}\\s*:\\s*([^;]+)`, "i"));
  return found ? found[1].trim().toLowerCase() : "";
}
