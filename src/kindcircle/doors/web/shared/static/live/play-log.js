// The log that fills itself: a play was begun, and this much of it was played. Never a word.
// With a line it is told at once. A kept page has none to rely on: it notes the play, and the next page of ours tells it.

export const NOTED = "kindcircle plays to tell";

// One row per play, found again by its key: told at the start, when paused, at the end and on leaving the page.
export function createLog(root, { practice, seconds }) {
  const form = root.querySelector("form[data-log]");
  let told = null;
  let began = 0;

  return function log({ play, position_ms, total_ms }, state) {
    const story = `${play} ${state} ${position_ms}`;
    if (told === story) return;
    if (!told?.startsWith(play)) began = Date.now() - position_ms;
    told = story;
    const played = Math.floor(position_ms / 1000);
    const finished = state === "finished" && position_ms === total_ms ? "yes" : "no";
    const fields = { key: play, practice, seconds, played, finished };
    // Where the page asks how it was, the question stands there from the end on.
    const asked = state === "finished" ? "yes" : "no";
    for (const input of root.querySelectorAll('input[data-live="play"]')) input.value = play;
    if (form) send(form.getAttribute("action"), form, { ...fields, asked });
    else note({ ...fields, began });
  };
}

// A beacon outlives the page and needs no answer; the next one tells the whole story again.
function send(where, form, fields) {
  const body = new FormData(form);
  for (const [name, value] of Object.entries(fields)) body.set(name, String(value));
  return navigator.sendBeacon(where, body);
}

async function note(fields) {
  if (!window.caches) return;
  const about = await caches.match(`/practice/kept/about/${fields.practice}/${fields.seconds}`);
  const who = about ? (await about.json()).who : null;
  const store = await caches.open(NOTED);
  await store.put(`/practice/${fields.practice}/noted/${fields.key}`, Response.json({ ...fields, who }));
}
