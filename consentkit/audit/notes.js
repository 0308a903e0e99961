// Runs in every frame before the page's own scripts: tells the audit what a script stores, by name and never by value,
// and what a Content-Security-Policy stopped. What the page sees behaves as before.
(() => {
  const send = globalThis.__consentkit_audit;
  delete globalThis.__consentkit_audit;
  if (typeof send !== "function") return;
  const text = (value) => String(value).slice(0, 1000);
  const tell = (kind, name, more = "") => {
    try {
      void send(kind, text(name), text(more), String(new Error().stack).slice(0, 8000));
    } catch {
      // A page that replaced Error or String gets no origin for what it stores; it is seen all the same.
    }
  };
  const wrap = (type, method, kind, name) => {
    const original = type?.prototype[method];
    if (!original) return;
    const wrapper = {
      [method](...given) {
        const read = name.call(this, ...given);
        if (read !== undefined) tell(typeof kind === "function" ? kind.call(this) : kind, read);
        return Reflect.apply(original, this, given);
      },
    }[method];
    Object.defineProperty(type.prototype, method, {
      ...Object.getOwnPropertyDescriptor(type.prototype, method),
      value: wrapper,
    });
  };
  const isLocal = (storage) => {
    try {
      return storage === globalThis.localStorage;
    } catch {
      return false;
    }
  };
  const cookie = Object.getOwnPropertyDescriptor(Document.prototype, "cookie");
  Object.defineProperty(Document.prototype, "cookie", {
    ...cookie,
    set(line) {
      const written = String(line);
      const [pair, ...attributes] = written.split(";");
      tell("cookie", pair.includes("=") ? pair.split("=")[0] : "", attributes.join(";"));
      cookie.set.call(this, written);
    },
  });
  wrap(globalThis.CookieStore, "set", "cookie", (first) => first?.name ?? first);
  wrap(Storage, "setItem", function () { return isLocal(this) ? "local_storage" : "session_storage"; }, (name) => name);
  wrap(globalThis.IDBFactory, "open", "indexed_db", (name) => name);
  wrap(globalThis.CacheStorage, "open", "cache", (name) => name);
  wrap(globalThis.ServiceWorkerContainer, "register", "service_worker", (script, options) =>
    new URL(options?.scope ?? ".", new URL(script, document.baseURI)).pathname);
  addEventListener("securitypolicyviolation", (event) => {
    if (event.disposition === "enforce") tell("policy", event.blockedURI, `${event.sourceFile}:${event.lineNumber}:0`);
  }, true);
})();
