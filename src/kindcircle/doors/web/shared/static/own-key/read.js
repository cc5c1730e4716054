// A page to read, under one's own key: each <div data-own-key-value data-kind data-code> is filled with what its value
// says. A value that does not open is said to be so; it is never an empty page instead.
import { drawn } from "../journal/strokes.js";
import { openWords } from "./format.js";
import { facts, openHand } from "./panel.js";

function paragraphs(text) {
  return text
    .replaceAll("\r\n", "\n")
    .split(/\n{2,}/)
    .filter((part) => part.trim())
    .map((part) => {
      const line = document.createElement("p");
      part.split("\n").forEach((words, at) => line.append(...(at ? [document.createElement("br")] : []), words));
      return line;
    });
}

export function boxesOf(text) {
  try {
    const found = JSON.parse(text);
    if (found && typeof found === "object" && !Array.isArray(found)) return Object.entries(found);
  } catch {
    // Written as one text, before there were boxes.
  }
  return [["", text]];
}

export const DRAWING = "drawing"; // the box that holds the marks of a sheet: whole numbers, to be drawn and not read

function drawInto(place, words) {
  const figure = place.querySelector("[data-drawing]");
  const facts = document.getElementById("paper-facts");
  if (!figure || !facts) return;
  figure.querySelector("svg").replaceChildren(...JSON.parse(words).map((mark) => drawn(mark, JSON.parse(facts.textContent))));
  figure.hidden = false;
}

export function show(place, text) {
  for (const [name, words] of place.dataset.shape === "text" ? [["", text]] : boxesOf(text)) {
    if (typeof words !== "string") continue;
    if (name === DRAWING) {
      drawInto(place, words);
      continue;
    }
    const section = name && place.querySelector(`[data-box="${CSS.escape(name)}"]`);
    if (section) {
      section.querySelector(".own-words").replaceChildren(...paragraphs(words));
      section.hidden = false;
    } else place.append(...paragraphs(words));
  }
}

const places = [...document.querySelectorAll("[data-own-key-value]")];
if (places.length) {
  const hand = await openHand();
  for (const place of places) {
    const { kind, code, ownKeyValue } = place.dataset;
    try {
      show(place, await openWords(hand, ownKeyValue, { kind, code, person: facts.person }));
    } catch {
      place.append(document.getElementById("own-key-cannot").content.cloneNode(true));
    }
    place.hidden = false;
  }
}
