// An advertising tag as websites include it: it marks the visitor on the site and reports the page to its maker.
(() => {
  const origin = new URL(document.currentScript.src).origin;
  const name = "_ads_id";
  const known = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  const id = known ? known.slice(name.length + 1) : crypto.randomUUID();
  document.cookie = `${name}=${id}; Max-Age=7776000; Path=/; SameSite=Lax`;
  localStorage.setItem("_ads_pages", Number(localStorage.getItem("_ads_pages")) + 1);
  const pixel = new Image(1, 1);
  pixel.src = `${origin}/pixel.gif?page=${encodeURIComponent(location.pathname)}`;
})();
