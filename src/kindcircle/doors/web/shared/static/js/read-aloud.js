// Reads a question and its answers in the voice of this device. The button shows only where the device has one.
import { createDeviceVoice } from "../live/device-voice.js";

const button = document.querySelector("[data-aloud]");
const voice = button && (await createDeviceVoice());

if (voice) {
  const words = () =>
    [...document.getElementById(button.dataset.aloud).querySelectorAll("legend, label, .scale-ends span")]
      .filter((one) => !one.matches(".scale-mark"))
      .map((one) => one.textContent.trim())
      .join(". ");
  button.hidden = false;
  button.addEventListener("click", () => voice.say(words()));
  window.addEventListener("pagehide", voice.hush);
}
