// Measures a page and the banner in it, as plain data: what is there, how it looks, whether it can be reached.
(options) => {
  const banner = document.getElementById("consentkit");
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const pen = canvas.getContext("2d", { willReadFrequently: true });

  function rgba(colour) {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = "#000";
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  }

  function layers(element) {
    const found = [];
    for (let each = element; each; each = each.parentElement) found.push(rgba(getComputedStyle(each).backgroundColor));
    return found;
  }

  function box(element) {
    const { x, y, width, height } = element.getBoundingClientRect();
    return { x, y, width, height };
  }

  // A point of the element that nothing else covers makes it reachable; a link may be broken over several lines.
  function reachable(element) {
    const points = [[.5, .5], [.1, .5], [.9, .5], [.5, .15], [.5, .85]];
    return [...element.getClientRects()].some(({ left, top, width, height }) => width > 0 && points.some(([across, down]) => {
      const hit = document.elementFromPoint(left + width * across, top + height * down);
      return hit && element.contains(hit);
    }));
  }

  const LOOKS = [
    "fontFamily", "fontSize", "fontWeight", "fontStyle", "lineHeight", "letterSpacing", "textTransform", "textDecorationLine",
    "color", "backgroundColor", "backgroundImage", "borderTopWidth", "borderTopStyle", "borderTopColor", "borderBottomWidth",
    "borderBottomStyle", "borderBottomColor", "borderTopLeftRadius", "boxShadow", "opacity", "transform", "filter", "cursor",
    "outlineStyle", "textShadow", "visibility",
  ];

  function control(element) {
    const style = getComputedStyle(element);
    return {
      tag: element.tagName.toLowerCase(), role: element.getAttribute("role") ?? "", type: element.type ?? "",
      text: element.innerText.trim(), value: element.value ?? "", box: box(element),
      looks: Object.fromEntries(LOOKS.map((name) => [name, style[name]])),
      colour: rgba(style.color), layers: layers(element), pixels: parseFloat(style.fontSize), weight: Number(style.fontWeight),
      parent: [...document.querySelectorAll("*")].indexOf(element.parentElement), in_prose: Boolean(element.closest("p, li")),
      in_banner: banner.contains(element), reachable: reachable(element), moves: element.getAnimations({ subtree: true }).length,
      focused: document.activeElement === element,
    };
  }

  function words(element) {
    const style = getComputedStyle(element);
    return { text: element.innerText.trim().slice(0, 60), colour: rgba(style.color), layers: layers(element),
      pixels: parseFloat(style.fontSize), weight: Number(style.fontWeight) };
  }

  function choice(value, labels) {
    const candidates = [...document.querySelectorAll("#consentkit :is(button, a, input, [role], label, span)")];
    return banner.querySelector(`[value="${value}"]`) ?? candidates.find((each) => labels.includes(each.innerText.trim()))
      ?? document.querySelector(`[data-choice="${value}"]`);
  }

  function describeBanner() {
    const [accept, refuse] = ["accept", "refuse"].map((name) => choice(`${name}_all`, options.labels[name]));
    const named = (attribute) => (banner.getAttribute(attribute) ?? "").split(" ").map((id) => document.getElementById(id)?.innerText ?? "").join(" ").trim();
    return {
      lang: banner.lang, dir: getComputedStyle(banner).direction, role: banner.getAttribute("role") ?? "",
      name: banner.getAttribute("aria-label") ?? named("aria-labelledby"), text: banner.innerText, box: box(banner),
      accept: accept && control(accept), refuse: refuse && control(refuse),
      links: [...banner.querySelectorAll("a[href]")].map((a) => ({ text: a.innerText.trim(), href: a.href, box: box(a), reachable: reachable(a) })),
      inputs: [...banner.querySelectorAll("input, select")].map((input) => ({ type: input.type, name: input.name, value: input.value, checked: Boolean(input.checked) })),
      prose: [...banner.querySelectorAll("p, a, strong, button")].filter((each) => each.innerText.trim()).map(words),
    };
  }

  function content() {
    const copy = document.body.cloneNode(true);
    for (const each of copy.querySelectorAll("#consentkit, .consentkit-embed, .consentkit-link, iframe, object, video, script, style, noscript")) each.remove();
    return copy.textContent.replace(/\s+/g, " ").trim();
  }

  // The share of the window in which the page itself cannot be touched.
  function covered() {
    let covered = 0;
    for (let across = 0; across < 5; across++) for (let down = 0; down < 10; down++) {
      const hit = document.elementFromPoint(innerWidth * (across + .5) / 5, innerHeight * (down + .5) / 10);
      const over = hit && hit !== document.body && hit !== document.documentElement && [...layersOf(hit)].some((each) => each.id === "consentkit" || isCurtain(each));
      if (over) covered++;
    }
    return covered / 50;
  }

  function* layersOf(element) {
    for (let each = element; each; each = each.parentElement) yield each;
  }

  function isCurtain(element) {
    const style = getComputedStyle(element);
    const { width, height } = element.getBoundingClientRect();
    return style.position === "fixed" && width >= innerWidth * .95 && height >= innerHeight * .95;
  }

  function doors() {
    const here = location.pathname.startsWith(options.consent);
    return [...document.querySelectorAll("a[href]:not(svg a), button")].filter((each) => !banner?.contains(each) && !here
      && (each.tagName === "A" ? each.pathname.startsWith(options.consent) : options.labels.link.includes(each.innerText.trim())))
      .filter((each) => !each.closest(".consentkit-embed"))
      .map((each) => ({ tag: each.tagName.toLowerCase(), text: each.innerText.trim(), href: each.href ?? "", box: box(each), clear: clear(each) }));
  }

  // Whether a link can be scrolled to a place where nothing covers it.
  function clear(element) {
    const before = [scrollX, scrollY];
    element.scrollIntoView({ block: "center", behavior: "instant" });
    const free = reachable(element);
    scrollTo({ left: before[0], top: before[1], behavior: "instant" });
    return free;
  }

  function legal() {
    const paths = options.legal;
    return [...document.querySelectorAll("a[href]:not(svg a)")].filter((each) => !banner?.contains(each) && each.innerText.trim()
      && each.checkVisibility({ contentVisibilityAuto: true }) && each.pathname !== location.pathname && paths.some((word) => each.pathname.toLowerCase().includes(word)))
      .map((each) => ({ text: each.innerText.trim(), href: each.href, clear: clear(each) }));
  }

  const root = document.documentElement;
  const tags = window.dataLayer ?? [];
  return {
    lang: root.lang, title: document.title, width: innerWidth, height: innerHeight, scroll_width: root.scrollWidth, scroll_height: root.scrollHeight,
    locked: [root, document.body].some((each) => ["hidden", "clip"].includes(getComputedStyle(each).overflowY) || each.inert),
    banner: banner && describeBanner(), content: content(), covered: covered(), doors: doors(), legal: legal(),
    early: [...document.querySelectorAll("link[rel]")].filter((each) => /\b(preconnect|dns-prefetch|preload|prefetch|modulepreload|prerender)\b/.test(each.rel)).map((each) => each.href),
    boxes: [...document.querySelectorAll("input[type=checkbox]")].map((each) => ({ name: each.name, value: each.value, checked: each.checked })),
    placeholders: document.querySelectorAll(".consentkit-embed").length,
    layer: [...tags].map((entry) => (entry && typeof entry === "object" && "0" in entry ? [...entry].map((part) => part) : [entry])),
    uet: Array.isArray(window.uetq) ? window.uetq.slice(0, 3) : [],
    scripts: [...document.scripts].map((script) => script.src || script.textContent.slice(0, 400)),
  };
}
