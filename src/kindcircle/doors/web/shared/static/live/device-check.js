// Trying a device before the first meeting: does the bell sound, does it buzz, does its clock agree with ours?

import { createBell } from "./bell.js";

const APART = 120000; // ms between two clocks before anybody would notice
const BUZZ = 200;

const root = document.querySelector('[data-live="device"]');
const part = (name) => root.querySelector(`[data-live="${name}"]`);
const button = (name) => root.querySelector(`[data-try="${name}"]`);

const bell = createBell(document.body);
let rings = 0;
button("bell").hidden = false;
button("bell").addEventListener("click", () => bell.ring(`try-${rings++}`));

if (navigator.vibrate) {
  part("buzz-none").hidden = true;
  button("buzz").hidden = false;
  button("buzz").addEventListener("click", () => navigator.vibrate(BUZZ));
}

const clock = part("clock");
const apart = Math.abs(Date.now() - Number(root.dataset.now)) > APART;
clock.textContent = apart ? clock.dataset.sayApart : clock.dataset.saySame;
