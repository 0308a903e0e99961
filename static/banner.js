// Sends the choice without leaving the page; if anything goes wrong the form is sent as if this were not here.
const banner = document.getElementById("consentkit");
const form = banner?.querySelector("form");

async function choose(event) {
  event.preventDefault();
  const button = event.submitter;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ ...Object.fromEntries(new FormData(form)), choice: button.value }),
    });
    if (!answer.ok) throw new Error(answer.statusText);
    const state = await answer.json();
    banner.remove();
    document.dispatchEvent(new CustomEvent("consentkit:change", { detail: state }));
    // Content that waits for this choice is only in the page that the server makes now.
    if (button.value === "accept_all" && document.querySelector("[data-consentkit-waiting]")) location.reload();
  } catch {
    form.removeEventListener("submit", choose);
    form.requestSubmit(button);
  }
}

form?.addEventListener("submit", choose);
