// A bell that can be heard, seen and felt. Each device rings once for each moment, however often it is asked.
// The sound is made here from a few tones; it needs a first touch of the page, as browsers demand.

// How each tone stands to the lowest, how loud it is, and how many seconds it takes to die away.
const TONES = [
  [1, 0.5, 6],
  [2.74, 0.22, 3.5],
  [5.2, 0.1, 1.8],
  [8.3, 0.04, 0.9],
];
const LOWEST = 262; // Hz
const SOFT_START = 0.012; // seconds; without it the beginning clicks
const SHOWN = 4000; // ms for which the seen twin stays
const FELT = [160, 90, 160]; // ms of buzz, rest, buzz

// `root` gets the class bell-rings; its part "bell" says data-say-rings; its part "sound" is a toggle button.
export function createBell(root, { heard = true } = {}) {
  const rung = new Set();
  const words = [...root.querySelectorAll('[data-live="bell"]')];
  const toggles = [...root.querySelectorAll('[data-live="sound"]')];
  let context = null;
  let silent = false;
  let hiding = 0;

  const unlock = () => {
    if (!heard || !window.AudioContext) return;
    context ??= new AudioContext();
    if (context.state === "suspended") context.resume().catch(() => {}); // without leave it stays seen and felt
  };

  const sound = () => {
    if (silent || !heard || context?.state !== "running") return;
    const begin = context.currentTime;
    for (const [ratio, loudness, seconds] of TONES) {
      const tone = new OscillatorNode(context, { frequency: LOWEST * ratio });
      const gain = new GainNode(context, { gain: 0 });
      gain.gain.setValueAtTime(0.0001, begin);
      gain.gain.exponentialRampToValueAtTime(loudness, begin + SOFT_START);
      gain.gain.exponentialRampToValueAtTime(0.0001, begin + seconds);
      tone.connect(gain).connect(context.destination);
      tone.start(begin);
      tone.stop(begin + seconds);
    }
  };

  // A still frame of light, not a flash: it comes once and goes once, with reduced motion and without.
  const shine = () => {
    clearTimeout(hiding);
    root.classList.add("bell-rings");
    for (const word of words) word.textContent = word.dataset.sayRings ?? "";
    hiding = setTimeout(() => {
      root.classList.remove("bell-rings");
      for (const word of words) word.textContent = "";
    }, SHOWN);
  };

  const show = () => {
    for (const toggle of toggles) {
      toggle.setAttribute("aria-pressed", String(heard));
      toggle.hidden = false;
    }
  };

  for (const toggle of toggles) {
    toggle.addEventListener("click", () => {
      heard = !heard;
      unlock();
      show();
    });
  }
  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, unlock, { passive: true });
  show();

  return {
    // The bell is in the sound that plays: here it is only seen and felt.
    alone(yes) {
      silent = yes;
      for (const toggle of toggles) toggle.hidden = yes;
    },
    // Rings for `moment`, unless it has rung for it already. True if it rang.
    ring(moment) {
      if (rung.has(moment)) return false;
      rung.add(moment);
      sound();
      shine();
      if (navigator.vibrate && navigator.userActivation?.hasBeenActive) navigator.vibrate(FELT);
      return true;
    },
  };
}
