// Tells the tags of Google and Microsoft what the visitor agreed to. It stands first in the page: nothing is granted
// before any tag runs, then what is known to be granted, then each change that happens while the page is open.
// Written for old browsers too: where this cannot run, tags that were let through would take everything as granted.
(() => {
  const { to, signals, granted } = document.currentScript.dataset;
  const queue = (name) => (window[name] = window[name] || []);

  const receivers = {
    google(command, states) {
      // Google's tags know commands by their type: each has to be the arguments object of a function.
      (function () {
        queue("dataLayer").push(arguments);
      })("consent", command, states);
    },
    microsoft_uet(command, states) {
      queue("uetq").push("consent", command, { ad_storage: states.ad_storage });
    },
    clarity(command, states) {
      const waiting = function () {
        (waiting.q = waiting.q || []).push(arguments);
      };
      window.clarity = window.clarity || waiting;
      window.clarity("consentv2", { ad_Storage: states.ad_storage, analytics_Storage: states.analytics_storage });
    },
  };

  const tell = (command, ids) => {
    for (const name of to.split(" ")) {
      const states = {};
      for (const pair of signals.split(" ")) {
        const [signal, services] = pair.split(":");
        const holds = ids && (!services || services.split("+").every((id) => ids.includes(id)));
        states[signal] = holds ? "granted" : "denied";
      }
      receivers[name](command, states);
    }
  };

  tell("default", null);
  if (granted !== undefined) tell("update", granted.split(" "));
  document.addEventListener("consentkit:change", (event) => tell("update", event.detail.granted));
})();
