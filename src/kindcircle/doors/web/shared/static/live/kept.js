// The list of what is kept on this phone, and the way to take it away again. It needs no line.

import { parts, setText } from "./dom.js";
import { about, keptNames, megabytes, STORE } from "./kept-store.js";

const [list] = parts(document, "kept-list");
const [line] = parts(document, "kept-line");
const [all] = parts(document, "kept-all");
const [none] = parts(document, "kept-none");

async function show() {
  const told = await Promise.all((await keptNames()).map(async (name) => ({ name, ...(await about(name)) })));
  const kept = told.filter((one) => one.title).sort((one, other) => one.title.localeCompare(other.title));
  list.replaceChildren(...kept.map(row));
  const size = kept.reduce((sum, one) => sum + one.size, 0);
  setText(all, kept.length ? all.dataset.say.replace("{size}", megabytes(size)) : "");
  none.hidden = kept.length > 0;
}

function row(one) {
  const item = line.content.cloneNode(true);
  const [link] = item.querySelectorAll("a");
  link.href = one.page;
  link.textContent = one.title;
  item.querySelector(".tag").textContent = `${one.length} · ${megabytes(one.size)} MB`;
  const button = item.querySelector("button");
  button.setAttribute("aria-label", `${button.textContent.trim()}: ${one.title}, ${one.length}`);
  button.addEventListener("click", async () => {
    await caches.delete(STORE + one.name);
    await show();
    document.querySelector("h1").focus();
  });
  return item;
}

if (window.caches) {
  show();
  // What belongs to the whole site is listed once it is kept.
  for (const part of parts(document, "kept-site")) part.hidden = !(await caches.has("kindcircle phone"));
}
