// Seals words so that only the server can open them, and only for the person whose box it is. What lies on this phone
// then says nothing to whoever opens the phone, us included. base/vault/box.py is the other side.

const VERSION = 1;
const STEP = 256; // filled up to steps, so that the length says less
const bytes = (text) => new TextEncoder().encode(text);

export async function sealFor({ code, public: there }, key, text) {
  const point = Uint8Array.from(atob(there), (sign) => sign.charCodeAt(0));
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const once = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
  const box = await crypto.subtle.importKey("raw", point, curve, false, []);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: box }, once.privateKey, 256);
  const mine = new Uint8Array(await crypto.subtle.exportKey("raw", once.publicKey));
  const info = bytes(`kindcircle box 1|${code}|${key}`);
  const base = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: joined(mine, point), info };
  const lock = await crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const body = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: info }, lock, filledUp(bytes(text)));
  return inBase64(joined([VERSION], bytes(code), mine, iv, new Uint8Array(body)));
}

function filledUp(text) {
  const whole = new Uint8Array(Math.ceil((text.length + 4) / STEP) * STEP);
  new DataView(whole.buffer).setUint32(0, text.length);
  whole.set(text, 4);
  return whole;
}

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function inBase64(whole) {
  let signs = "";
  for (const byte of whole) signs += String.fromCharCode(byte);
  return btoa(signs);
}
