// Turning it on: the key is made here, locked by passphrase and code, and only then does anything reach the site.
import { remember } from "./device.js";
import { inHand, KEY_BYTES, random } from "./format.js";
import { askPassphrase, giveCode, step } from "./make.js";
import { send } from "./send.js";
import { lockByCode, lockByPassphrase } from "./ways.js";

const page = document.getElementById("own-key-on");
const part = (name) => page.querySelector(`[data-step=${name}]`);
const { person, half, code, url } = page.dataset;

const begun = new Promise((good) =>
  part("why").addEventListener("submit", (event) => {
    event.preventDefault();
    good();
  }),
);
page.querySelectorAll("[data-needs-script]").forEach((one) => (one.hidden = false));
await begun;

const raw = random(KEY_BYTES);
const passphrase = await askPassphrase(part("passphrase"));
const recovery = await giveCode(part("code"), part("check"));

step(part("last"));
const state = part("last").querySelector("[data-state]");
const again = part("last").querySelector("[data-again]");
let keys = null;

async function finish() {
  again.hidden = true;
  state.textContent = state.dataset.sayWorking;
  try {
    keys ??= JSON.stringify({
      passphrase: await lockByPassphrase(raw, passphrase, person),
      code: await lockByCode(raw, recovery, person),
    });
    const { proof } = await inHand(raw);
    const { next } = await send(url, { code, keys, proof });
    await remember({ person, half }, raw);
    location.assign(next);
  } catch (error) {
    state.textContent = error.message && error.status ? error.message : state.dataset.sayNot;
    again.hidden = false;
  }
}
again.addEventListener("click", finish);
finish();
