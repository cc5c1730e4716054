// Answers for the site where there is no line: with what somebody chose to keep on this phone, and with nothing else.
// With a line, every page comes fresh. Words that were on their way when the line went are put aside, sealed.

import { putAside, sendAll, SENDING } from "./send.js";

const LIST = "/practice/kept/";
const SOUND = /^\/practice\/[^/]+\/sound\//;
const ENTRY = /^\/journal\/new\/([a-z]+)\/$/;
const LETTERS = {
  "/letters/new/": "letter",
  "/letters/new/future/": "letter-future",
  "/letters/new/hard-day/": "letter-hard",
};
const INSTEAD = {
  "/hard-day/": "/phone/hard-day/",
  "/help/": "/phone/hard-day/",
  "/journal/new/": "/phone/write/",
  "/journal/new/day/": "/phone/write/",
  "/journal/new/free/": "/phone/write/",
  ...Object.fromEntries(Object.keys(LETTERS).map((path) => [path, "/phone/write/"])),
  "/support-plan/": "/phone/plan/",
};
const NOT_WORDS = new Set(["csrfmiddlewaretoken", "key", "version", "when", "day"]);

// Which page it is whose words these are: the kind of its draft.
function written(path) {
  if (LETTERS[path]) return LETTERS[path];
  const kind = ENTRY.exec(path)?.[1];
  return kind === "day" ? "journal" : kind && `journal-${kind}`;
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("sync", (event) => event.tag === SENDING && event.waitUntil(sendAll()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.method === "POST" && request.mode === "navigate" && written(url.pathname)) {
    event.respondWith(sentOrKept(request, written(url.pathname)));
  } else if (request.method !== "GET") return;
  else if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => page(url)));
  else if (SOUND.test(url.pathname)) event.respondWith(sound(request));
  else if (url.pathname.startsWith("/static/")) event.respondWith(kept(url).then((found) => found ?? fetch(request)));
});

// A form with words in it: as ever where there is a line. Where there is none, the words stay here under the form's own
// key, so that they come once even if the server had them and only its answer was lost.
async function sentOrKept(request, kind) {
  const copy = request.clone();
  try {
    const answer = await fetch(request);
    if (answer.status < 502) return answer;
  } catch {
    // No line.
  }
  const form = await copy.formData();
  const boxes = Object.fromEntries([...form].filter(([name, words]) => !NOT_WORDS.has(name) && typeof words === "string"));
  if (!form.get("key") || !(await putAside(form.get("key"), kind, boxes, true, form.get("version")))) return Response.error();
  await self.registration.sync?.register(SENDING).catch(() => {});
  return Response.redirect(`/phone/write/?kept=${kind.split("-")[0]}`, 303);
}

const kept = (url) => caches.match(url, { ignoreSearch: true, ignoreVary: true });

// The very page, else what is kept in its place, else this practice in a length that is kept, else the list.
async function page(url) {
  const instead = INSTEAD[url.pathname];
  const found = instead && (await kept(new URL(instead, url)));
  if (found) return found;
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
