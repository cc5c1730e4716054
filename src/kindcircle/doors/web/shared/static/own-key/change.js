// Another passphrase, a new recovery code, a passkey more or less. The same key is locked anew; no word of theirs is.
import { remember } from "./device.js";
import { inHand } from "./format.js";
import { askPassphrase, giveCode, step } from "./make.js";
import { facts, rawKey } from "./panel.js";
import { send } from "./send.js";
import { canPasskey, lockByCode, lockByPasskey, lockByPassphrase } from "./ways.js";

const page = document.getElementById("own-key-change");
const part = (name) => page.querySelector(`[data-step=${name}]`);
const last = part("last");
const state = last.querySelector("[data-state]");
const again = last.querySelector("[data-again]");
const { what, url, version } = page.dataset;

async function locks(raw) {
  if (what === "passphrase") {
    const passphrase = await askPassphrase(part("passphrase"));
    return async () => ({ passphrase: await lockByPassphrase(raw, passphrase, facts.person) });
  }
  if (what === "code") {
    const code = await giveCode(part("code"), part("check"));
    return async () => ({ code: await lockByCode(raw, code, facts.person) });
  }
  if (what === "no-passkey") return async () => ({ passkey: null });
  return async () => {
    const passkey = canPasskey() ? await lockByPasskey(raw, facts.person, page.dataset.name) : null;
    if (!passkey) throw new Error("none");
    return { passkey };
  };
}

const raw = await rawKey({ again: true });
const make = await locks(raw);
step(last);

async function finish() {
  again.hidden = true;
  state.textContent = state.dataset.sayWorking;
  try {
    const keys = JSON.stringify(await make());
    const { proof } = await inHand(raw);
    const { next } = await send(url, { keys, version, proof });
    await remember(facts, raw);
    location.assign(next);
  } catch (error) {
    const reason = what === "passkey" && !error.status ? state.dataset.sayNoPasskey : state.dataset.sayNot;
    state.textContent = error.status && error.message ? error.message : reason;
    again.hidden = false;
  }
}
again.addEventListener("click", finish);
if (what === "passkey") {
  // A device asks for its passkey only after a tap.
  state.textContent = state.dataset.sayTap;
  again.hidden = false;
} else finish();
