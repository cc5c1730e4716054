// The words in the voice of this device. Only voices that live on the device: others would send the words away.

const PACE = 0.85; // of its usual pace

const voices = () => speechSynthesis.getVoices().filter((voice) => voice.localService);

function fitting(language) {
  const here = voices();
  const exact = here.filter((voice) => voice.lang.replace("_", "-").toLowerCase() === language);
  const near = here.filter((voice) => voice.lang.slice(0, 2).toLowerCase() === language.slice(0, 2));
  return exact.find((voice) => voice.default) ?? exact[0] ?? near[0] ?? null;
}

const languageOf = (element) => (element.closest("[lang]")?.lang || "en").toLowerCase();

// Answers null where the device has no voice of its own for the language of this part of the page.
export async function createDeviceVoice(part = document.documentElement) {
  if (!window.speechSynthesis) return null;
  if (!speechSynthesis.getVoices().length) {
    await new Promise((go) => {
      speechSynthesis.addEventListener("voiceschanged", go, { once: true });
      setTimeout(go, 1000); // some devices have none and never say so
    });
  }
  const usual = fitting(languageOf(part));
  if (!usual) return null;
  // Pieces in one language are said in one go, those in another after them in a voice of theirs, where there is one.
  const sayPieces = (pieces, ended) => {
    speechSynthesis.cancel();
    const goes = [];
    for (const { words, of } of pieces) {
      const voice = (of && fitting(languageOf(of))) || usual;
      const last = goes.at(-1);
      if (last?.voice === voice) last.words += ` ${words}`;
      else goes.push({ words, voice });
    }
    goes.forEach(({ words, voice }, n) => {
      const said = new SpeechSynthesisUtterance(words);
      if (ended && n === goes.length - 1) said.addEventListener("end", ended);
      Object.assign(said, { voice, lang: voice.lang, rate: PACE });
      speechSynthesis.speak(said);
    });
  };
  return {
    say: (words, ended) => sayPieces([{ words }], ended),
    sayPieces,
    hush: () => speechSynthesis.cancel(),
  };
}
