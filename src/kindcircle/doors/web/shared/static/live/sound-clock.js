// A practice that is one sound file: the file is the clock, also with the screen off and the phone in a pocket.
// The lock screen can hold it, go on and stop it. What it says there names no practice and nobody.

import { newKey } from "./dom.js";

const AGAIN = 1000; // ms between questions whether the voice is ready
const TRIES = 40;

// `lost` hears when the sound breaks off, and where.
export function createSoundClock({ url, lead, practice, variant, sheet, title, changed, lost }) {
  const audio = new Audio();
  audio.preload = "none"; // nobody pays for a sound that they do not play
  let play = null;
  let ended = false; // by hand, before its end
  let wanted = false; // begun, while the voice is still on its way
  let there = false; // the file can be had
  let asking = null;

  // The voice is made the first time somebody asks for it, which takes a moment.
  async function fetchable() {
    if (window.caches && (await caches.match(url, { ignoreVary: true }))) return; // kept on this phone
    for (let tries = 0; tries < TRIES; tries += 1) {
      const answer = await fetch(url, { method: "HEAD" });
      if (answer.status === 200) return;
      if (answer.status !== 202) throw new Error(`no voice: ${answer.status}`);
      await new Promise((go) => setTimeout(go, AGAIN));
    }
    throw new Error("no voice: too slow");
  }

  const prepare = () => {
    asking ??= fetchable().then(() => {
      audio.src = url;
      there = true;
    });
    return asking;
  };

  const at = () => Math.round(audio.currentTime * 1000) - lead;
  const place = () => {
    if (!play) return null;
    const { moments, total_ms } = sheet;
    const position_ms = Math.max(0, Math.min(at(), total_ms));
    const finished = ended || at() >= total_ms;
    const paused = !finished && audio.paused && !wanted;
    const waiting = !finished && !paused && at() < 0;
    const running = !finished && !paused && !waiting;
    const passed = at() < 0 ? 0 : moments.filter((moment) => moment <= position_ms).length;
    return {
      practice, variant, play, position_ms, total_ms, finished, paused, waiting, running,
      starts_in_ms: waiting ? Math.max(1, wanted ? AGAIN : -at()) : null,
      cue: passed ? passed - 1 : null,
      next_cue_in_ms: running && passed < moments.length ? moments[passed] - position_ms : null,
    };
  };

  async function go() {
    wanted = true;
    changed();
    try {
      // Phones play only what was asked for in the very moment of a touch. So it is asked for at once, and again
      // when the voice is there.
      if (!there) {
        audio.play().catch(() => {});
        await prepare();
      }
      await audio.play();
    } finally {
      wanted = false;
      changed();
    }
  }

  const clock = {
    prepare,
    place,
    async start() {
      play = newKey();
      ended = false;
      if (audio.readyState) audio.currentTime = 0;
      onLockScreen();
      await go();
    },
    // As if it had never been begun.
    forget() {
      play = null;
      changed();
    },
    pause: () => audio.pause(),
    resume: go,
    end() {
      ended = true;
      audio.pause();
      changed();
    },
  };

  function onLockScreen() {
    const session = navigator.mediaSession;
    if (!session) return;
    session.metadata = new MediaMetadata({ title });
    session.setActionHandler("play", () => clock.resume().catch(() => {}));
    session.setActionHandler("pause", clock.pause);
    session.setActionHandler("stop", clock.end);
    for (const jump of ["seekto", "seekforward", "previoustrack", "nexttrack"]) session.setActionHandler(jump, null);
  }

  audio.addEventListener("error", () => {
    const here = place();
    if (here && there && !here.finished && !wanted) lost(here);
  });
  for (const kind of ["play", "pause", "seeked", "ended", "loadeddata", "timeupdate"]) audio.addEventListener(kind, changed);
  return clock;
}
