// Deletes what refused services have stored where only scripts can reach it.

// Whether a name is to go: the closest match decides, an exact name before a pattern, a longer pattern before a shorter.
const judge = ({ delete: refused, keep }) => {
  const rank = (name, patterns) => Math.max(...patterns.map((pattern) => closeness(pattern, name)), -1);
  return (name) => {
    const found = rank(name, refused);
    return found >= 0 && found >= rank(name, keep);
  };
};

const closeness = (pattern, name) => {
  if (!pattern.includes("*")) return pattern === name ? Infinity : -1;
  const expression = pattern.split("*").map((part) => part.replace(/[^\w]/g, "\\$&")).join("[^]*");
  return new RegExp(`^${expression}$`).test(name) ? pattern.length : -1;
};

const areas = {
  local_storage: (goes) => empty(localStorage, goes),
  session_storage: (goes) => empty(sessionStorage, goes),
  async indexed_db(goes) {
    for (const { name } of await indexedDB.databases()) if (goes(name)) indexedDB.deleteDatabase(name);
  },
  async cache(goes) {
    for (const name of await caches.keys()) if (goes(name)) await caches.delete(name);
  },
  async service_worker(goes) {
    for (const worker of await navigator.serviceWorker.getRegistrations()) {
      const { scriptURL } = worker.active ?? worker.waiting ?? worker.installing;
      if (goes(scriptURL) || goes(new URL(scriptURL).pathname)) await worker.unregister();
    }
  },
};

const empty = (area, goes) => Object.keys(area).filter(goes).forEach((name) => area.removeItem(name));

// `lists` as in the state: by kind of storage the names to delete, and those to keep. A kind of storage that a browser
// does not give to this page (Cache and workers need https) holds nothing either, and must not stand in the others' way.
export const sweep = (lists) =>
  Promise.allSettled(Object.entries(lists).map(async ([kind, names]) => areas[kind](judge(names))));
