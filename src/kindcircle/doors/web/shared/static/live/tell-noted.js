// What was played without a line, told once there is one again.

import { NOTED } from "./play-log.js";

// What this person played without a line is told now, and then forgotten here.
export async function tellNoted(form, me) {
  const store = await caches.open(NOTED);
  for (const request of await store.keys()) {
    const { began, who, ...fields } = await (await store.match(request)).json();
    if (who !== me) {
      await store.delete(request);
      continue;
    }
    const body = new FormData(form);
    const ago = Math.max(0, Math.round((Date.now() - began) / 1000));
    for (const [name, value] of Object.entries({ ...fields, ago })) body.set(name, String(value));
    const answer = await fetch(`/practice/${fields.practice}/played/`, { method: "POST", body });
    // Not open any more, or not understood: asking again would change nothing.
    if (answer.ok || [404, 422].includes(answer.status)) await store.delete(request);
  }
  if (!(await store.keys()).length) await caches.delete(NOTED);
}
