// The words in the voice of this device. Only voices that live on the device: others would send the words away.

const PACE = 0.85; // of its usual pace

const voices = () => speechSynthesis.getVoices().filter((voice) => voice.localService);

function fitting(language) {
  const here = voices();
  const exact = here.filter((voice) => voice.lang.replace("_", "-").toLowerCase() === language);
  const near = here.filter((voice) => voice.lang.slice(0, 2).toLowerCase() === language.slice(0, 2));
  return exact.find((voice) => voice.default) ?? exact[0] ?? near[0] ?? null;
}

// Answers null where the device has no voice of its own for this language.
export async function createDeviceVoice() {
  if (!window.speechSynthesis) return null;
  if (!speechSynthesis.getVoices().length) {
    await new Promise((go) => {
      speechSynthesis.addEventListener("voiceschanged", go, { once: true });
      setTimeout(go, 1000); // some devices have none and never say so
    });
  }
  const voice = fitting(document.documentElement.lang.toLowerCase());
  if (!voice) return null;
  return {
    say(words, ended) {
      speechSynthesis.cancel();
      const said = new SpeechSynthesisUtterance(words);
      if (ended) said.addEventListener("end", ended);
      Object.assign(said, { voice, lang: voice.lang, rate: PACE });
      speechSynthesis.speak(said);
    },
    hush: () => speechSynthesis.cancel(),
  };
}
