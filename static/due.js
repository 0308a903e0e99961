// Edge mode: puts the banner that this visitor is to see, who has answered for some purposes, in place of everybody's.
import { refresh } from "./consent.js";

// A document by XMLHttpRequest, because Trusted Types forbid to parse text where a site has switched them on; by POST,
// which no cache answers.
const load = (address) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.responseType = "document";
    request.onload = () => resolve(request.response);
    request.onerror = reject;
    request.open("POST", address);
    request.send();
  });

// Where that fails, everybody's banner asks for all, which is right as well.
const all = document.querySelector("#consentkit-due").content.querySelector("section");
const page = await load(new URL(`../banner?lang=${all.lang}`, import.meta.url)).catch(() => null);
const part = page?.querySelector("#consentkit");
if (part) all.replaceWith(part);

// What the site declares is newer than the choice, so this page did not know it: what waits in it may well be granted.
if (!document.querySelector("script[data-hint]").dataset.consentkitGranted) refresh();
