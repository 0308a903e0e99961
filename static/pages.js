// What runs on consentkit's own pages: they show how things stand now, and tell other tabs of a choice made here.
import { sweep } from "./sweep.js";

const base = new URL("..", import.meta.url);
const tabs = new BroadcastChannel(`consentkit ${base.pathname}`);
const here = new URL(location);

if (here.searchParams.has("saved") || here.searchParams.has("erased")) {
  tabs.postMessage("");
  // Loaded once more, the page would otherwise tell of the same choice again, and two tabs would never come to rest.
  here.searchParams.delete("saved");
  here.searchParams.delete("erased");
  history.replaceState(null, "", here);
}
tabs.onmessage = () => location.reload();
addEventListener("pageshow", (event) => event.persisted && location.reload());

const { consentkitSweep } = document.querySelector("[data-consentkit-granted]").dataset;
if (consentkitSweep) sweep(JSON.parse(consentkitSweep));
