// Brings what was written without a line to the server: in order, once, and only for the person who wrote it.

import { markOf } from "./mark.js";
import { dropAsGone, dropParcel, get, parcels, putParcel, renew } from "./store.js";
import { sealFor } from "./seal.js";

export const BOX = "/phone/box/";
export const SENDING = "kindcircle box";
const PAGE = "kindcircle page "; // the lock that an open page holds while it is written on
const LONGEST = 15_000; // ms for an answer of a few words

// Puts the boxes of a page aside, sealed, with the version of the draft that it was filled from. True once this phone
// has them; false while their writer's own key is on, for then no other may lock them.
export async function putAside(key, kind, boxes, done, version = "0") {
  const box = await get("mine");
  if (!box?.public) return false;
  const sealed = await sealFor(box, key, JSON.stringify({ kind, boxes, done, version }));
  await putParcel({ key, kind, sealed, done, who: box.who, written: Date.now() });
  return true;
}

// Who is signed in, their box, and a token to send with; null where there is no line or nobody is signed in. The box may
// be another than last time, or none for now: from here on this phone seals for the one that there is.
export async function asked() {
  try {
    const answer = await fetch(BOX, { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout?.(LONGEST) });
    if (!answer.ok) return null;
    const here = await answer.json();
    const who = await markOf(here.who);
    await renew("mine", (mine) => mine.who === who, { code: here.code, public: here.public });
    return here;
  } catch {
    return null;
  }
}

// "nothing" waited, "sent" is all of it, or something is still "waiting". "gone": words are among it that cannot be
// opened any more. An open page that is not finished stays its own. Whose phone it is, their box is looked at each time.
export async function sendAll() {
  if (!(await parcels()).length) {
    if (await get("mine")) await asked();
    return "nothing";
  }
  return navigator.locks.request(SENDING, async () => {
    const here = await asked();
    if (!here) return "waiting";
    const who = await markOf(here.who);
    let [all, gone] = [true, false];
    for (const { key } of (await parcels()).filter((waits) => waits.who === who)) { // others wait for whoever wrote them
      const one = await leftAlone(key);
      if (!one) continue;
      const status = await send(one, here);
      if (status === 204) await dropParcel(one.key, one.sealed);
      else if (status === 410) {
        // Its person erased what they wrote, and its box with it: nobody can open these words any more.
        await dropAsGone(one);
        gone = true;
      } else if (status === 422 || status === 500) all = false;
      else return "waiting";
    }
    if (gone) return "gone";
    return all ? "sent" : "waiting";
  });
}

// Whether a page that is open somewhere is still written on.
export const isOpen = async (key) => (await navigator.locks.query()).held.some((lock) => lock.name === PAGE + key);

// The parcel as it is now, unless its page is open and goes on. The page is looked for first: one that finished and let
// go in between has put its last words here by then.
async function leftAlone(key) {
  const open = await isOpen(key);
  const one = (await parcels()).find((waits) => waits.key === key);
  return one && (one.done || !open) ? one : null;
}

// Resolves once this page has the lock, which says to the others that it is written on. Answers with what gives it back.
export const holdPage = (key) =>
  new Promise((held) => navigator.locks.request(PAGE + key, () => new Promise((letGo) => held(letGo))));

async function send(one, { who, token }) {
  const ago = String(Math.max(0, Math.round((Date.now() - one.written) / 1000)));
  const body = new URLSearchParams({ key: one.key, sealed: one.sealed, who, ago });
  try {
    return (await fetch(BOX, { method: "POST", body, headers: { "X-CSRFToken": token }, redirect: "manual" })).status;
  } catch {
    return 0;
  }
}
