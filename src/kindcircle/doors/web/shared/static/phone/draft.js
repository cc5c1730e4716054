// A draft that the server could not take is kept on this phone, sealed, until it can. js/draft.js tells how each box stands.

import { holdPage, putAside } from "./send.js";
import { dropParcel } from "./store.js";

const KINDS = /^(journal|letter)(?!-added)(-[a-z]+)?$/; // lines for an entry wait in their page: their entry is not here
const held = new Map();

const boxesOf = (form) => Object.fromEntries([...form.querySelectorAll("[data-draft]")].map((box) => [box.name, box.value]));

// While this page is open it sends its words itself; the lock says so to the others, and goes when the page goes.
function hold(key) {
  if (!held.has(key)) held.set(key, holdPage(key));
  return held.get(key);
}

const waiting = new Map(); // boxes of each form that the server has not got

document.addEventListener("kindcircle:not-kept", async ({ target, detail }) => {
  const form = target.form;
  const kind = target.dataset.draft.split("/").at(-2);
  const [key, version] = ["key", "version"].map((name) => form?.elements.namedItem(name)?.value);
  if (!key || !KINDS.test(kind)) return;
  await hold(key);
  waiting.set(form, (waiting.get(form) ?? new Set()).add(target.name));
  const kept = await putAside(key, kind, boxesOf(form), false, version).catch(() => false);
  detail.say(kept ? "phone" : "unsaved");
});

document.addEventListener("kindcircle:kept", async ({ target }) => {
  const still = waiting.get(target.form);
  still?.delete(target.name);
  if (still && !still.size) await dropParcel(target.form.elements.namedItem("key").value).catch(() => {});
});
