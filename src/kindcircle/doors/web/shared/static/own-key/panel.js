// The panel that asks for the passphrase, the code or the passkey, and gives the page an open key. On a page of the
// same visit it does not ask again. Nothing that is typed into it has a name, so no form can carry it away.
import { forget, recall, remember } from "./device.js";
import { inHand } from "./format.js";

const panel = document.getElementById("own-key");

export const facts = panel && {
  person: panel.dataset.person,
  half: panel.dataset.half,
  minutes: Number(panel.dataset.minutes),
  locks: JSON.parse(panel.dataset.locks || "null"),
};

// scrypt and the rest weigh something: they come only where somebody has to be asked.
const ways = () => import("./ways.js");

function ask(again) {
  const state = panel.querySelector("[data-state]");
  const say = (name) => (state.textContent = state.dataset[name]);
  panel.hidden = false;
  document.dispatchEvent(new CustomEvent("own-key:asks"));
  return new Promise((good) => {
    const attempt = async (opening, sorry) => {
      if (panel.hasAttribute("aria-busy")) return;
      panel.setAttribute("aria-busy", "true");
      say("sayOpening");
      try {
        const raw = await opening(await ways());
        if (!again) await remember(facts, raw);
        panel.querySelectorAll("input").forEach((box) => (box.value = ""));
        state.textContent = "";
        panel.hidden = true;
        good(raw);
      } catch {
        state.textContent = "";
        setTimeout(() => say(sorry), 50); // said anew each time
      } finally {
        panel.removeAttribute("aria-busy");
      }
    };
    panel.addEventListener("submit", (event) => {
      event.preventDefault();
      const box = event.target.querySelector("input");
      const way = event.target.dataset.way;
      if (!box.value.trim()) return box.focus();
      attempt(
        (by) => (way === "code" ? by.openByCode : by.openByPassphrase)(facts.locks, box.value, facts.person),
        way === "code" ? "sayNotCode" : "sayNotPassphrase",
      );
    });
    const passkey = panel.querySelector("[data-passkey]");
    if (passkey && facts.locks.passkey && window.PublicKeyCredential) {
      passkey.hidden = false;
      passkey.addEventListener("click", () =>
        attempt((by) => by.openByPasskey(facts.locks, facts.person), "sayNotPasskey"),
      );
    }
    panel.querySelector("input").focus({ preventScroll: true });
  });
}

// The raw key of this page. again: ask even where it is open, as before the ways to open it are changed.
export async function rawKey({ again = false } = {}) {
  return (!again && (await recall(facts))) || ask(again);
}

let hand = null;

async function take() {
  const raw = await rawKey();
  const open = await inHand(raw);
  raw.fill(0);
  return open;
}

// What can lock and open words on this page, once somebody has opened it. Several scripts may ask: one panel answers.
export const openHand = () => (hand ??= take());

// Closed with the page that was left alone: the words stay in the covered page, the key does not stay on the device.
document.addEventListener("kindcircle:save-now", () => setTimeout(forget));
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-leave], [data-leave-too]")) forget();
});
