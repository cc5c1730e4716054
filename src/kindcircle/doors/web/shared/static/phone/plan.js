// One's own plan on this phone, sealed with a word that only its owner knows. The word is kept nowhere.

import { parts, saying, setText } from "../live/dom.js";
import { drop, get, put } from "./store.js";

const TURNS = 600_000; // so that trying out words takes long
const bytes = (text) => new TextEncoder().encode(text);

async function lockOf(word, salt) {
  const base = await crypto.subtle.importKey("raw", bytes(word.normalize("NFKC").trim()), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: TURNS };
  return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

// What is kept on the server, not what is half-typed: a box's first value.
const lines = () =>
  [...document.querySelectorAll("#plan textarea")]
    .filter((box) => box.defaultValue.trim())
    .map((box) => [document.querySelector(`label[for="${box.id}"]`).textContent, box.defaultValue]);

async function keep(root, said) {
  const word = root.querySelector("input").value;
  if (word.trim().length < 8) return setText(said, saying(said, "short"));
  const [salt, iv] = [crypto.getRandomValues(new Uint8Array(16)), crypto.getRandomValues(new Uint8Array(12))];
  const body = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await lockOf(word, salt), bytes(JSON.stringify(lines())));
  await put({ name: "plan", salt, iv, body: new Uint8Array(body) });
  root.querySelector("input").value = "";
  await show(root, said);
}

async function show(root, said, state = "") {
  const kept = Boolean(await get("plan"));
  root.querySelector("[data-does=forget]").hidden = !kept;
  setText(said, saying(said, state || (kept ? "kept" : "not")));
}

async function open(root, said) {
  const { salt, iv, body } = await get("plan");
  const list = root.querySelector("dl");
  try {
    const lock = await lockOf(root.querySelector("input").value, salt);
    const found = JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, lock, body)));
    list.replaceChildren(...found.flatMap(([ask, words]) => [made("dt", ask), made("dd", words)]));
    root.querySelector("form").hidden = true;
    setText(said, "");
    list.hidden = false;
    list.focus();
  } catch {
    setText(said, saying(said, "wrong"));
  }
}

function made(kind, words) {
  const element = document.createElement(kind);
  element.textContent = words;
  return element;
}

// On the plan's own page it can be kept; on the page that a phone keeps, it can be opened.
const root = document.getElementById("phone-plan");
const [said] = parts(root, "plan-said");
const box = await get("mine").catch(() => null);
if (root.dataset.page === "keep") {
  root.hidden = !box;
  root.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    keep(root, said);
  });
  root.querySelector("[data-does=forget]").addEventListener("click", async () => {
    await drop("plan");
    await show(root, said, "gone");
  });
  if (box) await show(root, said);
} else {
  const plan = box && (await get("plan"));
  root.querySelector("form").hidden = !plan;
  setText(said, plan ? "" : saying(said, "none"));
  root.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    open(root, said);
  });
}
