// Words that waited here and that nobody can open any more: their writer is told of it until they have read it. True
// where there is something to tell.

import { drop, get, goneOf } from "./store.js";

export const READ = "kindcircle:read";

export async function tellOfGone(who) {
  const name = goneOf(who);
  const gone = Boolean(await get(name).catch(() => null));
  for (const notice of document.querySelectorAll("[data-live=phone-gone]")) {
    notice.hidden = !gone;
    notice.querySelector("button").onclick = async () => {
      await drop(name);
      notice.hidden = true;
      const title = document.querySelector("h1"); // the button has gone, and the keyboard goes on from here
      title.tabIndex = -1;
      title.focus();
      document.dispatchEvent(new Event(READ));
    };
  }
  return gone;
}
