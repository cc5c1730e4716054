// The written form of what somebody's own key locks, version 1 (docs/reference/own-key.md). Only WebCrypto is used.
// A value: "kc1." and, in 64 signs, nonce (12) and AES-256-GCM of the padded words. It is bound to kind, row and person:
// moved to another place it does not open.

const MARK = "kc1.";
const NONCE = 12;
const STEP = 256; // bytes to which words are filled up, so that their length says less
const CHUNK = 8_192;
const bytes = new TextEncoder();

export const KEY_BYTES = 32;

export class CannotOpen extends Error {}

export function toText(raw) {
  let letters = "";
  for (let at = 0; at < raw.length; at += CHUNK) letters += String.fromCharCode(...raw.subarray(at, at + CHUNK));
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function fromText(text) {
  try {
    const letters = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  } catch {
    throw new CannotOpen("not in 64 signs");
  }
}

export const random = (length) => crypto.getRandomValues(new Uint8Array(length));

// One key for each purpose, so that what is shown as a proof says nothing about what locks the words.
export async function derived(raw, purpose, salt = new Uint8Array()) {
  const base = await crypto.subtle.importKey("raw", raw, "HKDF", false, ["deriveBits"]);
  const info = bytes.encode(`kindcircle|1|${purpose}`);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, base, 256));
}

const locking = (raw) => crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);

// What a page works with while the key is open: it can lock and open words, and cannot be read out again.
export async function inHand(raw) {
  return { words: await locking(await derived(raw, "words")), proof: toText(await derived(raw, "proof")) };
}

async function lock(key, nonce, plain, bound) {
  const way = { name: "AES-GCM", iv: nonce, additionalData: bytes.encode(bound) };
  const locked = new Uint8Array(NONCE + plain.length + 16);
  locked.set(nonce);
  locked.set(new Uint8Array(await crypto.subtle.encrypt(way, key, plain)), NONCE);
  return locked;
}

async function open(key, raw, bound) {
  const way = { name: "AES-GCM", iv: raw.subarray(0, NONCE), additionalData: bytes.encode(bound) };
  try {
    return new Uint8Array(await crypto.subtle.decrypt(way, key, raw.subarray(NONCE)));
  } catch {
    throw new CannotOpen("another key, another place, or changed on its way");
  }
}

const place = ({ kind, code, person }) => `kindcircle|1|words|${kind}|${code}|${person}`;

export async function lockWords(hand, words, where) {
  const said = bytes.encode(words);
  const padded = new Uint8Array(Math.ceil((said.length + 4) / STEP) * STEP);
  new DataView(padded.buffer).setUint32(0, said.length);
  padded.set(said, 4);
  return MARK + toText(await lock(hand.words, random(NONCE), padded, place(where)));
}

export async function openWords(hand, value, where) {
  if (!value.startsWith(MARK)) throw new CannotOpen("an unknown version");
  const padded = await open(hand.words, fromText(value.slice(MARK.length)), place(where));
  const length = padded.length < 4 ? 1 : new DataView(padded.buffer).getUint32(0);
  if (length > padded.length - 4) throw new CannotOpen("cut off");
  return new TextDecoder().decode(padded.subarray(4, 4 + length));
}

// The key itself, locked by what a passphrase, a recovery code or a passkey gives (ways.js).
const keyPlace = (way, person) => `kindcircle|1|key|${way}|${person}`;

export async function lockKey(raw, way, by, person) {
  return toText(await lock(await locking(by), random(NONCE), raw, keyPlace(way, person)));
}

export async function openKey(locked, way, by, person) {
  const raw = await open(await locking(by), fromText(locked), keyPlace(way, person));
  if (raw.length !== KEY_BYTES) throw new CannotOpen("no key");
  return raw;
}

// The same two steps for what stays on this device (device.js).
export async function lockBytes(by, raw, bound) {
  return lock(await locking(by), random(NONCE), raw, `kindcircle|1|${bound}`);
}

export async function openBytes(by, raw, bound) {
  return open(await locking(by), raw, `kindcircle|1|${bound}`);
}
