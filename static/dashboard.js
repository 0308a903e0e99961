// Reading a chart with the pointer or the arrow keys, menus that close, and what can be copied. Everything works without this module.

const EDGE = 8;
const SHARP = 2;

function describe(chart, band) {
  return band.querySelector("title")?.textContent ?? chart.dataset.titles?.[0] ?? "";
}

class Reader {
  constructor(canvas) {
    this.canvas = canvas;
    this.chart = canvas.querySelector("svg");
    this.bands = [...canvas.querySelectorAll(".band")];
    // The browser's own tooltip would cover ours.
    this.readings = this.bands.map((band) => {
      const text = describe(this.chart, band);
      band.querySelector("title")?.remove();
      return text;
    });
    this.tip = document.createElement("output");
    this.tip.className = "tip";
    this.tip.hidden = true;
    canvas.append(this.tip);
    this.at = -1;
    this.chart.addEventListener("pointermove", (event) => this.point(event));
    this.chart.addEventListener("pointerleave", () => this.clear());
    this.chart.addEventListener("keydown", (event) => this.key(event));
    this.chart.addEventListener("blur", () => this.clear());
  }

  // Where the places lie, which may be beside the axis.
  places() {
    const [first, last] = [this.bands[0], this.bands.at(-1)].map((band) => band.querySelector(".hit").getBoundingClientRect());
    return { left: first.left, width: last.right - first.left };
  }

  point(event) {
    const { left, width } = this.places();
    const place = Math.floor(((event.clientX - left) / width) * this.bands.length);
    this.show(Math.min(Math.max(place, 0), this.bands.length - 1));
  }

  key(event) {
    const last = this.bands.length - 1;
    const steps = { ArrowLeft: this.at < 0 ? last : this.at - 1, ArrowRight: this.at < 0 ? 0 : this.at + 1, Home: 0, End: last };
    if (event.key === "Escape") this.clear();
    if (!(event.key in steps)) return;
    event.preventDefault();
    this.show(Math.min(Math.max(steps[event.key], 0), last));
  }

  show(place) {
    if (place === this.at) return;
    this.clear();
    this.at = place;
    this.bands[place].classList.add("on");
    this.tip.textContent = this.readings[place];
    this.tip.hidden = false;
    const places = this.places();
    const middle = places.left - this.canvas.getBoundingClientRect().left + ((place + 0.5) * places.width) / this.bands.length;
    const room = this.canvas.clientWidth - this.tip.offsetWidth;
    const left = Math.min(Math.max(middle - this.tip.offsetWidth / 2, 0), room);
    this.tip.style.left = `${left}px`;
    this.tip.style.top = `${-this.tip.offsetHeight + EDGE}px`;
  }

  clear() {
    this.bands[this.at]?.classList.remove("on");
    this.at = -1;
    this.tip.hidden = true;
  }
}

function read(part) {
  for (const canvas of part.querySelectorAll("[data-chart]")) new Reader(canvas);
  for (const item of part.querySelectorAll("[data-needs-script]")) item.hidden = false;
}

read(document);
// live.js puts new parts into the page.
document.addEventListener("consentkit:replaced", (event) => read(event.detail));

// The picture comes from the server as SVG; a browser can draw that, so it can make a PNG of it.
async function savePicture(link) {
  const picture = new Image();
  picture.src = link.href;
  await picture.decode();
  const canvas = document.createElement("canvas");
  canvas.width = picture.naturalWidth * SHARP;
  canvas.height = picture.naturalHeight * SHARP;
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const file = await new Promise((done) => canvas.toBlob(done, "image/png"));
  const save = document.createElement("a");
  save.href = URL.createObjectURL(file);
  save.download = link.dataset.png;
  save.click();
  URL.revokeObjectURL(save.href);
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const link = event.target.closest("[data-png]");
  if (!link) return;
  event.preventDefault();
  savePicture(link).catch(() => location.assign(link.href));
});

// Only a page that came over https, or from this very machine, may write there.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.previousElementSibling.value);
    button.textContent = button.dataset.copy;
  });
}

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("[data-menu][open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
