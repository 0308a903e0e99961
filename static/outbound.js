// Tells the site to which other site a link led, when it is followed: its host alone, and nothing of the visitor.
const address = new URL("../outbound", import.meta.url);

function tell(event) {
  const link = event.target.closest?.("a[href], area[href]");
  if (!link?.hostname || !/^https?:$/.test(link.protocol)) return;
  if (link.hostname !== location.hostname) navigator.sendBeacon(address, link.hostname);
}

addEventListener("click", tell, { capture: true });
// The middle button opens a link in another tab.
addEventListener("auxclick", (event) => event.button === 1 && tell(event), { capture: true });
