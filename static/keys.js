// Single keys that follow a link of the page: a period's letter, Escape for the filters. Everything works without this module.

// They can be turned off (WCAG 2.1.4), which this browser then remembers; otherwise nothing is stored.
const KEPT = "consentkit-dashboard-keys";
const FIELDS = "input, select, textarea";
// A browser without popovers passes over what it does not know in :is().
const OPEN = ":is([data-menu][open], :popover-open, .tip:not([hidden]))";

class Keys {
  constructor() {
    this.on = this.kept() !== "off";
    for (const button of document.querySelectorAll("[data-keys]")) {
      button.hidden = false;
      button.addEventListener("click", () => this.turn());
    }
    // Before the listeners that close what is open: Escape does one thing at a time.
    document.addEventListener("keydown", (event) => this.press(event), { capture: true });
    this.show();
  }

  // A browser may keep storage from pages altogether.
  kept() {
    try {
      return localStorage.getItem(KEPT);
    } catch {
      return null;
    }
  }

  turn() {
    this.on = !this.on;
    try {
      if (this.on) localStorage.removeItem(KEPT);
      else localStorage.setItem(KEPT, "off");
    } catch {
      // Then it holds for this page.
    }
    this.show();
  }

  show() {
    document.documentElement.classList.toggle("keyed", this.on);
    for (const link of document.querySelectorAll("[data-key]")) {
      if (this.on) link.setAttribute("aria-keyshortcuts", link.dataset.key);
      else link.removeAttribute("aria-keyshortcuts");
    }
    for (const button of document.querySelectorAll("[data-keys]")) button.textContent = button.dataset[this.on ? "off" : "on"];
  }

  press(event) {
    const pure = !(event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.repeat || event.isComposing);
    if (!this.on || !pure || event.target.closest?.(FIELDS)) return;
    if (event.key === "Escape" && document.querySelector(OPEN)) return;
    const link = [...document.querySelectorAll("[data-key]")].find((each) => each.dataset.key === event.key);
    if (!link) return;
    event.preventDefault();
    link.click();
  }
}

new Keys();
