// The ways to lock the key: a passphrase (scrypt), a recovery code (random enough for HKDF alone), a passkey that can
// give a secret of its own (the PRF extension). Each lock is a small object that goes to the site and opens nothing.
import { scryptAsync } from "../noble-hashes/scrypt.js";
import { derived, fromText, KEY_BYTES, lockKey, openKey, random, toText } from "./format.js";

const SALT = 16;
const ROUNDS = 2 ** 17; // with r = 8: 128 MB of memory for each guess
const MOST = 2 ** 20;
const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // no I, L, O, U: nothing to mistake on paper
const GROUPS = 7;
const GROUP = 4; // 28 letters of 5 bits: 140 bits
const LEAST = 12; // letters of a passphrase
const DIFFERENT = 6;
const EASY = /password|passwort|passphrase|qwert[yz]|12345|abcde|kindcircle|letmein|iloveyou/gi;

async function fromPassphrase(words, lock) {
  const { n, r, p } = lock;
  if (!(n >= 2 ** 10 && n <= MOST && r === 8 && p === 1)) throw new RangeError("not a lock of ours");
  const said = new TextEncoder().encode(words.normalize("NFKC"));
  return scryptAsync(said, fromText(lock.salt), { N: n, r, p, dkLen: KEY_BYTES });
}

// As it is compared: without spaces and dashes, and with what people take for one another made one.
export const tidyCode = (typed) =>
  typed
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, "")
    .replaceAll("O", "0")
    .replace(/[IL]/g, "1");

async function lockedBy(way, raw, person, by, more) {
  return { v: 1, ...more, locked: await lockKey(raw, way, by, person) };
}

export async function lockByPassphrase(raw, words, person) {
  const more = { salt: toText(random(SALT)), n: ROUNDS, r: 8, p: 1 };
  return lockedBy("passphrase", raw, person, await fromPassphrase(words, more), more);
}

export async function lockByCode(raw, code, person) {
  const salt = random(SALT);
  const by = await derived(new TextEncoder().encode(tidyCode(code)), "code", salt);
  return lockedBy("code", raw, person, by, { salt: toText(salt) });
}

export async function openByPassphrase(locks, words, person) {
  return openKey(locks.passphrase.locked, "passphrase", await fromPassphrase(words, locks.passphrase), person);
}

export async function openByCode(locks, code, person) {
  const by = await derived(new TextEncoder().encode(tidyCode(code)), "code", fromText(locks.code.salt));
  return openKey(locks.code.locked, "code", by, person);
}

// A new recovery code, in groups that can be read aloud.
export function newCode() {
  const letters = [...random(GROUPS * GROUP)].map((one) => LETTERS[one & 31]);
  return Array.from({ length: GROUPS }, (_, at) => letters.slice(at * GROUP, (at + 1) * GROUP).join(""));
}

// Words that mean nothing and can be said: twelve syllables of 6 bits.
export function madeUp() {
  const syllables = [...random(12)].map((one) => "bdfghklmnprstvwz"[one & 15] + "aeio"[(one >> 4) & 3]);
  return [0, 3, 6, 9].map((at) => syllables.slice(at, at + 3).join("")).join("-");
}

// Whether somebody else would guess it soon. Never sent anywhere.
export function tooEasy(words) {
  const rest = words.normalize("NFKC").toLowerCase().replace(EASY, "").trim();
  return rest.length < LEAST || new Set(rest).size < DIFFERENT;
}

export const canPasskey = () => Boolean(window.PublicKeyCredential && navigator.credentials);

// A passkey only for this: the site never sees it, and it signs nobody in.
export async function lockByPasskey(raw, person, name) {
  const salt = random(32);
  const asked = { prf: { eval: { first: salt } } };
  const made = await navigator.credentials.create({
    publicKey: {
      challenge: random(32),
      rp: { name: location.hostname },
      user: { id: random(16), name, displayName: name },
      pubKeyCredParams: [-7, -257].map((alg) => ({ type: "public-key", alg })),
      authenticatorSelection: { residentKey: "discouraged", userVerification: "required" },
      extensions: asked,
    },
  });
  if (!made.getClientExtensionResults().prf?.enabled) return null;
  const lock = { salt: toText(salt), credential: toText(new Uint8Array(made.rawId)) };
  return lockedBy("passkey", raw, person, await fromPasskey(lock), lock);
}

async function fromPasskey(lock) {
  const salt = fromText(lock.salt);
  const got = await navigator.credentials.get({
    publicKey: {
      challenge: random(32),
      allowCredentials: [{ type: "public-key", id: fromText(lock.credential) }],
      userVerification: "required",
      extensions: { prf: { eval: { first: salt } } },
    },
  });
  const secret = got.getClientExtensionResults().prf?.results?.first;
  if (!secret) throw new Error("this passkey gives no secret");
  return derived(new Uint8Array(secret), "passkey", salt);
}

export async function openByPasskey(locks, person) {
  return openKey(locks.passkey.locked, "passkey", await fromPasskey(locks.passkey), person);
}
