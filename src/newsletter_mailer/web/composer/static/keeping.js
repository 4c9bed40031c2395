/* What is not saved yet, kept by the browser: a closed window or a machine without power loses nothing.
 *
 * Each window has a name of its own and a lock that ends with it; what stands under a name without a lock was left behind.
 */

/** The store of this window for that issue. */
export function keeper(slug) {
  const about = `draft:${slug}:`;
  const own = about + crypto.randomUUID();
  hold(own);
  return {
    /** Keep it, or nothing any more. False when the browser has no room for it. */
    keep(what) {
      try {
        if (what) localStorage.setItem(own, JSON.stringify(what));
        else localStorage.removeItem(own);
        return true;
      } catch {
        return false;
      }
    },

    /** What other windows left behind, each with `done` to call when it is kept here. */
    async left() {
      const found = [];
      for (const name of names(about)) {
        if (name === own || !(await isFree(name))) continue;
        const what = parsed(localStorage.getItem(name));
        const done = () => localStorage.removeItem(name);
        if (isWhole(what)) found.push({ what, done });
        else done();
      }
      return found;
    },
  };
}

function names(about) {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(about)).sort();
  } catch {
    return [];
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const isWhole = (what) => typeof what?.base === "string" && Array.isArray(what.waiting);

/** Until the window is gone. */
function hold(name) {
  navigator.locks?.request(name, () => new Promise(() => {}));
}

async function isFree(name) {
  if (!navigator.locks) return true;
  const { held, pending } = await navigator.locks.query();
  return ![...held, ...pending].some((lock) => lock.name === name);
}
