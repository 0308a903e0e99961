// Edge mode: the page is the same for everybody. This runs first in it, reads what its visitor chose and acts on it.
{
  const { dataset, src } = document.currentScript;
  const sources = JSON.parse(dataset.sources);
  const signal = !!navigator.globalPrivacyControl;

  // A frame in a sandbox, whose origin is "null", has no cookies and must not ask for them.
  // The readable half of the choice: a digit for whether to ask, then one for each service: 1 granted unless the signal
  // is on, 2 granted in spite of it.
  const said = () => ("; " + (origin == "null" || document.cookie)).split("; " + dataset.hint)[1];
  const allowed = () => Object.keys(sources).filter((id, at) => said()?.[at + 1] > signal);
  const granted = allowed();

  // The header leaves the origins of all services open; here those are closed again that this visitor did not grant.
  if (dataset.csp) {
    const meta = document.createElement("meta");
    meta.httpEquiv = "Content-Security-Policy";
    meta.content = [dataset.csp, ...granted.map((id) => sources[id])].join(" ");
    document.head.append(meta);
  }
  // Told twice: to what stands before this, such as consent mode, and to what comes after.
  const tell = () => {
    if (!said()) return;
    // For consent.js: what this page is shown under.
    dataset.consentkitGranted = granted.join(" ");
    document.dispatchEvent(new CustomEvent("consentkit:change", { detail: { granted } }));
  };
  tell();

  // Users may write any data attribute into a page, so what is given back here has names that a sanitizer takes out, and
  // none of it makes a script or a link of an element that users may write as well.
  const revive = () =>
    document.querySelectorAll("[data-consentkit]").forEach((node) => {
      if (!node.dataset.consentkit.split(" ").every((ids) => ids.split("|").some((id) => granted.includes(id)))) return;
      delete node.dataset.consentkit;
      node.async = node.hasAttribute("async");
      [...node.attributes].forEach(({ name, value }) => {
        if (/^consentkit--(\w*src\w*|data|poster|type|content|rel)$/.test(name)) node.setAttribute(name.slice(12), value);
      });
      node.parentNode.load?.();
      if (node.parentNode.dataset.consentkitWaiting) node.parentNode.replaceWith(node.content);
    });

  addEventListener("DOMContentLoaded", async () => {
    tell();
    // An element out of a template comes back in two steps: the second answers the first.
    new MutationObserver(revive).observe(document, { childList: 1, subtree: 1 });
    revive();
    if (self != top) return;
    // On the way from page to page the first one has asked already: had there been a choice, there were a hint now.
    let asks = said()?.[0] ?? document.referrer.startsWith(origin);
    asks ||= (await (await fetch(src + "/../../state", { method: "POST" })).json()).asks;
    if (asks > signal) {
      const due = document.querySelector("#consentkit-due");
      const style = due.content.querySelector("link");
      // A choice that holds for some purposes: the banner asks for the others alone.
      if (said()) await import("./due.js");
      style.onload = () => due.replaceWith(due.content);
      due.before(style);
    }
  });

  // After a withdrawal, in another tab too or before the browser went back here, only a new page ends what runs.
  const check = () => granted.every((id) => allowed().includes(id)) || location.reload();
  addEventListener("pageshow", check);
  addEventListener("visibilitychange", check);
}
