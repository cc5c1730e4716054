// All of one's locked words as one page to read and keep, made on this device. The site only hands out locked values.
import { openWords } from "./format.js";
import { facts, openHand } from "./panel.js";
import { drawn } from "../journal/strokes.js";
import { boxesOf, DRAWING } from "./read.js";
import { send } from "./send.js";

const page = document.getElementById("own-key-take");
const button = page.querySelector("[data-go]");
const state = page.querySelector("[data-state]");
const SAFE = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const safe = (text) => text.replace(/[&<>"]/g, (sign) => SAFE[sign]);
const lines = (text) => safe(text).replaceAll("\n", "<br>\n");

const sheet = JSON.parse(document.getElementById("paper-facts").textContent);

function picture(marks) {
  const paths = JSON.parse(marks).map((mark) => drawn(mark, sheet).outerHTML);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${sheet.width} ${sheet.height}" width="400" height="300">${paths.join("")}</svg>`;
}

async function go() {
  button.hidden = true;
  try {
    const hand = await openHand();
    const { pieces, asked } = await send(page.dataset.list);
    const parts = [];
    for (const [at, piece] of pieces.entries()) {
      state.textContent = state.dataset.sayAt.replace("{n}", at + 1).replace("{of}", pieces.length);
      const { text } = await send(piece.url);
      let said = `<p>${safe(page.dataset.sayCannot)}</p>`;
      try {
        const words = await openWords(hand, text, { ...piece, person: facts.person });
        said = boxesOf(words)
          .filter(([, one]) => typeof one === "string")
          .map(([name, one]) => name === DRAWING ? picture(one) : `${asked[name] ? `<h3>${safe(asked[name])}</h3>` : ""}<p>${lines(one)}</p>`)
          .join("\n");
      } catch {
        // Said in the file, in the place where the words would stand.
      }
      parts.push(`<section><h2>${safe(piece.title)}</h2>\n${said}</section>`);
    }
    const { lang, dir } = document.documentElement;
    const title = safe(page.dataset.title);
    const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>`;
    const html = `<!doctype html>\n<html lang="${lang}" dir="${dir}"><head>${head}</head><body>\n<h1>${title}</h1>\n`;
    const file = new Blob([html, parts.join("\n"), "\n</body></html>\n"], { type: "text/html" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = "my-words.html";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    state.textContent = state.dataset.sayDone;
  } catch {
    state.textContent = state.dataset.sayNot;
  }
  button.hidden = false;
}

button.hidden = false;
button.addEventListener("click", go);
