// Answers for the site where there is no line: with practices that somebody chose to keep on this phone, and with
// nothing else. It stores nothing itself. With a line, every page comes fresh.

const LIST = "/practice/kept/";
const SOUND = /^\/practice\/[^/]+\/sound\//;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => page(url)));
  else if (SOUND.test(url.pathname)) event.respondWith(sound(request));
  else if (url.pathname.startsWith("/static/")) event.respondWith(kept(url).then((found) => found ?? fetch(request)));
});

const kept = (url) => caches.match(url, { ignoreSearch: true, ignoreVary: true });

// The very page, else this practice in a length that is kept, else the list.
async function page(url) {
  const [, , practice] = url.pathname.split("/");
  const length = url.searchParams.get("seconds");
  const very = (await kept(url)) ?? (length && (await kept(new URL(`/practice/${practice}/to-keep/${length}/`, url))));
  if (very) return very;
  for (const name of await caches.keys()) {
    const [, , id, seconds] = name.split(" ");
    if (id === practice) {
      const other = await kept(new URL(`/practice/${id}/to-keep/${seconds}/`, url));
      if (other) return other;
    }
  }
  return (await kept(new URL(LIST, url))) ?? Response.error();
}

// Players ask for a part at a time, and some play nothing that comes whole when they asked for a part.
async function sound(request) {
  const whole = await caches.match(request.url, { ignoreVary: true }); // these very words, and no others
  if (!whole) return fetch(request);
  const asked = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("Range") ?? "");
  if (!asked) return whole;
  const body = await whole.blob();
  const first = Number(asked[1]);
  const last = Math.min(asked[2] ? Number(asked[2]) : Infinity, body.size - 1);
  if (first > last) return new Response(null, { status: 416, headers: { "Content-Range": `bytes */${body.size}` } });
  return new Response(body.slice(first, last + 1, "audio/mpeg"), {
    status: 206,
    headers: {
      "Content-Type": "audio/mpeg",
      "Content-Length": String(last - first + 1),
      "Content-Range": `bytes ${first}-${last}/${body.size}`,
      "Accept-Ranges": "bytes",
    },
  });
}
