// What runs on the site's own pages: choices without a page load, the preferences as a dialog, and news from elsewhere.
// If anything goes wrong, forms are sent and links followed as if this were not here.
const base = new URL("..", import.meta.url);
// Of a script alone: users may write data attributes into a page.
const { consentkitGranted = "", consentkitSweep } = document.querySelector("script[data-consentkit-granted]")?.dataset ?? {};
let granted = consentkitGranted.split(" ");
const tabs = new BroadcastChannel(`consentkit ${base.pathname}`);

const sweep = (lists) => import("./sweep.js").then((module) => module.sweep(lists));

// Bring this page in line with a state; it is loaded anew if something on it waited for a grant, or lost one.
function settle(state) {
  const before = granted;
  granted = state.granted;
  if (!state.asks) document.getElementById("consentkit")?.remove();
  if (Object.keys(state.sweep).length) sweep(state.sweep);
  const event = new CustomEvent("consentkit:change", { detail: state, cancelable: true });
  const isNew = (id) => granted.includes(id) && !before.includes(id);
  const waits = [...document.querySelectorAll("[data-consentkit-waiting], [data-consentkit]")].some(({ dataset }) =>
    (dataset.consentkitWaiting ?? dataset.consentkit).split(/[ |]/).some(isNew),
  );
  if (document.dispatchEvent(event) && (waits || !before.every((id) => granted.includes(id)))) location.reload();
}

// Ask how things stand, after another tab or another time may have changed them.
export async function refresh() {
  const answer = await fetch(new URL("state", base)).catch(() => null);
  const state = answer?.ok ? await answer.json() : null;
  const asked = !!document.getElementById("consentkit");
  if (state && (asked > state.asks || `${state.granted}` !== `${granted}`)) settle(state);
}

let given; // the form that is sent by the browser itself, because sending it from here failed
async function submit(event) {
  const form = event.target;
  const button = event.submitter;
  // Not `form.action`: a form of the site may have a field of that name.
  const action = form.getAttribute("action") ?? "";
  if (form === given || !action.startsWith(base.pathname) || action === `${base.pathname}once`) return;
  event.preventDefault();
  try {
    const body = new URLSearchParams(new FormData(form, button));
    const answer = await fetch(new URL(action, base), { method: "POST", headers: { Accept: "application/json" }, body });
    if (!answer.ok) throw new Error(answer.statusText);
    const state = await answer.json();
    tabs.postMessage("");
    settle(state);
    return true;
  } catch {
    given = form;
    form.requestSubmit(button);
  }
}

function follow(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  if (link.origin !== base.origin || link.pathname !== base.pathname) return;
  event.preventDefault();
  import("./dialog.js")
    .then((module) => module.open(link, submit))
    .catch(() => location.assign(link));
}

document.addEventListener("submit", submit);
document.addEventListener("click", follow);
tabs.onmessage = refresh;
addEventListener("pageshow", (event) => event.persisted && refresh());
// A page that was loaded ahead may have been made before the last choice, and not every browser drops it then.
if (document.prerendering) document.addEventListener("prerenderingchange", refresh);
else if (performance.getEntriesByType("navigation")[0]?.deliveryType === "navigational-prefetch") refresh();
if (consentkitSweep) sweep(JSON.parse(consentkitSweep));
