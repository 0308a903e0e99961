// The preferences page as a dialog over the site's page: its own form, in a shadow root that the site's CSS cannot reach.

// A document by XMLHttpRequest, because Trusted Types forbid to parse text where a site has switched them on.
const load = (address) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.responseType = "document";
    request.onload = () => (request.status === 200 ? resolve(request.response) : reject(new Error(request.statusText)));
    request.onerror = reject;
    request.open("GET", address);
    request.send();
  });

const styles = async (...names) => {
  const texts = await Promise.all(names.map((name) => fetch(new URL(name, import.meta.url)).then((answer) => answer.text())));
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(texts.join(""));
  return sheet;
};

const pageOf = (link) => {
  const address = new URL(link.href);
  if (!address.searchParams.has("lang")) address.searchParams.set("lang", document.documentElement.lang);
  address.searchParams.set("return", location.pathname + location.search);
  return address;
};

const make = (tag, properties, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

let opened; // the dialog that is open
let sheet;

// `submit` sends a form and tells whether that went well.
export async function open(link, submit) {
  if (opened) return;
  const address = pageOf(link);
  const [page, loaded] = await Promise.all([load(address), sheet ?? styles("./pages.css", "./dialog.css")]);
  sheet = loaded;
  const { dir, lang } = page.documentElement;
  const { close, saved } = page.querySelector("main").dataset;
  const body = make("div", { className: "body" });
  const cross = make("button", { className: "close", type: "button", ariaLabel: close, title: close });
  const dialog = make("dialog", { className: "dialog", dir, lang }, cross, body);
  const toast = make("p", { className: "toast", role: "status", dir, lang });
  const host = make("div", { id: "consentkit-dialog" });
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];
  root.append(dialog, toast);
  dialog.setAttribute("aria-labelledby", "title");
  dialog.setAttribute("closedby", "any");

  // Without its <main>: the page below has a main part already.
  const fill = (source) => body.replaceChildren(...document.importNode(source.querySelector("main"), true).childNodes);
  const renew = async () => fill(await load(address));
  const leave = () => {
    opened = undefined;
    document.removeEventListener("consentkit:change", renew);
    if (!toast.textContent) host.remove();
  };

  fill(page);
  cross.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", leave);
  root.addEventListener("submit", async (event) => {
    document.removeEventListener("consentkit:change", renew);
    if (!(await submit(event))) return;
    toast.textContent = saved;
    setTimeout(() => host.remove(), 6000);
    dialog.close();
  });
  document.addEventListener("consentkit:change", renew);
  document.body.append(host);
  opened = dialog;
  dialog.showModal();
}
