// On each page of its person: what waited is sent, what grew old is fetched anew, and what somebody else left goes.

import { markOf } from "./mark.js";
import { sendAll } from "./send.js";
import { fetchShells, HALF_A_DAY, SHELLS } from "./shells.js";
import { drop, get, parcels, put } from "./store.js";

const who = await markOf(document.body.dataset.who);
const box = await get("mine");
if (box && box.who !== who) await makeRoom();
if (box?.who === who) {
  if (document.querySelector("[data-draft]")) await import("./draft.js");
  const late = Date.now() - box.fetched;
  if (late > HALF_A_DAY || late < 0) await fetchAgain().catch(() => {}); // another time
}
await sendAndShow();
window.addEventListener("online", send);
document.addEventListener("visibilitychange", () => document.hidden || send());

// Somebody else is here: nothing that can be read stays. Sealed words wait for whoever wrote them.
async function makeRoom() {
  for (const name of await caches.keys()) await caches.delete(name);
  await drop("mine");
  await drop("plan");
}

async function send() {
  await sendAll().catch(() => {}); // they stay, and are tried again
}

// A page for words that was filled before the waiting ones came would show what is written already. Filled anew, it has
// them all; but not once somebody has begun on it.
async function sendAndShow() {
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
  await put({ ...(await get("mine")), fetched: Date.now() });
}

// What has not been sent yet goes first, for a few seconds at the most. Then the server clears this browser. Words that
// could not go stay here, sealed; all that can be read goes all the same.
export async function signOut(form) {
  const until = Date.now() + 4000;
  const pause = (ms) => new Promise((go) => setTimeout(go, ms));
  const waits = async () => (await parcels()).some((one) => one.who === who);
  let left = await waits().catch(() => false);
  while (left && Date.now() < until) {
    await Promise.race([send(), pause(2000)]);
    left = await waits();
    if (left) await pause(250);
  }
  await makeRoom().catch(() => {});
  if (left) {
    const stay = document.createElement("input");
    Object.assign(stay, { type: "hidden", name: "words-wait", value: "yes" });
    form.append(stay);
  }
  form.submit();
}
