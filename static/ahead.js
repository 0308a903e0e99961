// Tells the site that a page is shown which the browser had loaded ahead, and for which it asks no more.
const address = new URL("../shown", import.meta.url);
const { consentkitAhead } = document.querySelector("script[data-consentkit-ahead]").dataset;
const [how] = performance.getEntriesByType("navigation");

function tell() {
  navigator.sendBeacon(address, consentkitAhead);
}

if (document.prerendering) document.addEventListener("prerenderingchange", tell, { once: true });
// Not what comes back from the history or from a cache: that is no view either where nothing was loaded ahead.
else if (how.activationStart > 0 || how.deliveryType === "navigational-prefetch") tell();
