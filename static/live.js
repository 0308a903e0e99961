// Puts the new parts of this very page in place of the old ones when figures were released. The page works without it.

const STATUS = "[data-live]";
const PART = "[data-live-part]";
const AGAIN = 60_000;
const LATE = 10_000;

class Live {
  constructor(status) {
    this.status = status;
    this.source = null;
    this.paused = false;
    this.waiting = false;
    this.made = new WeakMap();
    this.pause = status.querySelector("[data-live-pause]");
    this.pause.hidden = false;
    this.pause.addEventListener("click", () => this.toggle());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.close() : this.open()));
    document.addEventListener("focusout", () => this.waiting && setTimeout(() => this.update()));
    window.addEventListener("pagehide", () => this.close());
    window.addEventListener("pageshow", () => this.open());
    this.open();
  }

  // A page in the background needs no connection, of which a browser has but six to a server.
  open() {
    if (this.source || this.paused || document.hidden) return;
    this.source = new EventSource(this.status.dataset.live);
    this.source.addEventListener("open", () => this.say("on"));
    this.source.addEventListener("released", () => this.update());
    this.source.addEventListener("over", () => this.end());
    this.source.addEventListener("error", () => {
      // The server ends each stream after a while, and the browser asks again by itself.
      if (this.source?.readyState !== EventSource.CLOSED) {
        this.late ??= setTimeout(() => this.say("off"), LATE);
        return;
      }
      // Refused: not signed in any more, or too many readers.
      this.end();
      setTimeout(() => this.open(), AGAIN);
    });
  }

  close() {
    this.source?.close();
    this.source = null;
    clearTimeout(this.late);
    this.late = null;
  }

  end() {
    this.close();
    this.say("off");
  }

  toggle() {
    this.paused = !this.paused;
    this.pause.textContent = this.pause.dataset[this.paused ? "resume" : "pause"];
    if (this.paused) this.close();
    else this.open();
    this.say(this.paused ? "paused" : "on");
  }

  say(state) {
    if (state === "on") {
      clearTimeout(this.late);
      this.late = null;
    }
    this.status.dataset.state = state;
    this.status.querySelector("[data-live-text]").textContent = this.status.dataset[state];
  }

  async update() {
    const page = await this.fetched();
    if (!page || this.paused) return;
    this.waiting = false;
    const parts = [...document.querySelectorAll(PART)];
    // The first figures of a day make another page of it.
    if (parts.length !== page.querySelectorAll(PART).length) return location.reload();
    for (const old of parts) this.replace(old, page.getElementById(old.id));
    const status = page.querySelector(STATUS);
    if (!status) return;
    this.status.dataset.live = status.dataset.live;
    this.status.dataset.on = status.dataset.on;
    this.say("on");
  }

  replace(old, part) {
    const made = part?.outerHTML;
    if (!part || made === this.made.get(old)) return;
    // What somebody is reading with the keyboard, or has opened, stays until they leave it; what is half written, too.
    const written = [...old.querySelectorAll("input")].some((field) => field.value !== field.defaultValue);
    if (written || old.contains(document.activeElement) || old.querySelector(":popover-open")) {
      this.waiting = true;
      return;
    }
    const open = [...old.querySelectorAll("details")].map((details) => details.open);
    part.querySelectorAll("details").forEach((details, number) => (details.open = open[number] ?? false));
    this.made.set(part, made);
    old.replaceWith(part);
    document.dispatchEvent(new CustomEvent("consentkit:replaced", { detail: part }));
  }

  async fetched() {
    try {
      const answer = await fetch(location.href, { credentials: "same-origin" });
      if (!answer.ok || answer.redirected) return null;
      return new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      return null;
    }
  }
}

for (const status of document.querySelectorAll(STATUS)) new Live(status);
