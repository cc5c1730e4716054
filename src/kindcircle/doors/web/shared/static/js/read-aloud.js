// Reads a part of the page in the voice of this device: <button data-aloud="id of the part" hidden>. The button shows
// only where the device has a voice of its own; the same button makes it stop. Of a question its answers are read too,
// of a whole page its buttons.
import { createDeviceVoice } from "../live/device-voice.js";

const ASKED = "legend, label, .scale-ends span";
const SAID = "h1, h2, h3, h4, p, li, dt, dd, svg[aria-label]";
const PAGE = `${SAID}, legend, label, .scale-ends span, .button`;

const buttons = document.querySelectorAll("[data-aloud]");
const voice = buttons.length ? await createDeviceVoice() : null;

const worded = (one) => (one.getAttribute("aria-label") || one.textContent).trim().replace(/\s+/g, " ");
const ending = (words) => (/[.!?…:]$/.test(words) ? words : `${words}.`);

function wordsOf(part) {
  const said = part.matches("main") ? PAGE : part.querySelector("legend") ? ASKED : SAID;
  return [...part.querySelectorAll(said)]
    .filter((one) => !one.matches(".scale-mark") && !one.closest("[hidden], [data-aloud-skip]") && one.checkVisibility())
    .filter((one) => !one.querySelector("p, li, label, .button"))
    .map((one) => ({ words: worded(one), of: one }))
    .filter(({ words }) => words)
    .map(({ words, of }) => ({ words: ending(words), of }));
}

if (voice) {
  let reading = null;
  const stopped = () => {
    if (reading) reading.removeAttribute("aria-pressed");
    reading = null;
  };
  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const same = reading === button;
      voice.hush();
      stopped();
      if (same) return;
      reading = button;
      button.setAttribute("aria-pressed", "true");
      voice.sayPieces(wordsOf(document.getElementById(button.dataset.aloud)), () => reading === button && stopped());
    });
  }
  window.addEventListener("pagehide", voice.hush);
}
