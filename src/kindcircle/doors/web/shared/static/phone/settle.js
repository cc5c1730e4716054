// On each page of its person: what waited is sent, what grew old is fetched anew, and what somebody else left goes.
// Nothing here is waited for while it loads: whoever wants to go is not held up by it.

import { tellOfGone } from "./gone.js";
import { markOf } from "./mark.js";
import { sendAll } from "./send.js";
import { fetchShells, HALF_A_DAY, SHELLS } from "./shells.js";
import { drop, get, parcels, renew } from "./store.js";

const marked = markOf(document.body.dataset.who);
window.addEventListener("online", send);
document.addEventListener("visibilitychange", () => document.hidden || send());
begin();

async function begin() {
  const who = await marked;
  const box = await get("mine");
  if (box && box.who !== who) await makeRoom();
  if (box?.who === who && document.querySelector("[data-draft]")) await import("./draft.js");
  await sendAndShow(who);
  if (box?.who !== who) return;
  const late = Date.now() - box.fetched;
  if (late > HALF_A_DAY || late < 0) await fetchAgain().catch(() => {}); // another time
}

// Somebody else is here: nothing that can be read stays. Sealed words wait for whoever wrote them.
async function makeRoom() {
  for (const name of await caches.keys()) await caches.delete(name);
  await drop("mine");
  await drop("plan");
}

async function send() {
  await sendAll().catch(() => {}); // they stay, and are tried again
  await tellOfGone(await marked);
}

// A page for words that was filled before the waiting ones came would show what is written already. Filled anew, it has
// them all; but not once somebody has begun on it.
async function sendAndShow(who) {
  const boxes = [...document.querySelectorAll("[data-draft]")];
  const kinds = new Set(boxes.map((one) => one.dataset.draft.split("/").at(-2)));
  const waited = boxes.length ? (await parcels()).filter((one) => one.who === who && kinds.has(one.kind)) : [];
  await send();
  if (!waited.length) return;
  const still = new Set((await parcels()).map((one) => one.key));
  const untouched = boxes.every((one) => one.value === one.defaultValue);
  if (untouched && waited.some((one) => !still.has(one.key))) window.location.reload();
}

async function fetchAgain() {
  const answer = await fetch(`/phone/parts/`, { redirect: "manual" });
  if (!answer.ok || !(await caches.has(SHELLS))) return;
  await fetchShells(await answer.json());
  const who = await marked;
  await renew("mine", (mine) => mine.who === who, { fetched: Date.now() });
}

// Before its person signs out: what has not been sent yet goes first, for a few seconds at the most, and all that can be
// read is taken off. True where sealed words stay, whoever of this phone's people wrote them.
export async function tidyUp() {
  const until = Date.now() + 3000;
  const pause = (ms) => new Promise((go) => setTimeout(go, ms));
  const who = await marked;
  const left = async () => (await parcels()).some((one) => one.who === who);
  while ((await left()) && Date.now() < until) {
    await Promise.race([send(), pause(2000)]);
    if (await left()) await pause(250);
  }
  await makeRoom();
  return (await parcels()).length > 0;
}
