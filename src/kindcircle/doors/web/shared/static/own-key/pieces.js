// Many pages one after the other: locked over, handed back readable, or opened into one file for their writer. Each is
// asked for, worked on and put back by itself, so that whatever breaks off in between, every page is whole.
import { lockWords, openWords } from "./format.js";
import { facts, openHand } from "./panel.js";
import { Refused, send } from "./send.js";

const page = document.getElementById("own-key-pieces");
const button = page.querySelector("[data-go]");
const state = page.querySelector("[data-state]");
const { what, list, next, proofUrl } = page.dataset;

async function exchange(hand, piece) {
  const where = { ...piece, person: facts.person };
  const { text } = await send(piece.url, null, { proof: hand.proof });
  let given = text;
  if (what === "lock") {
    given = await lockWords(hand, text, where);
    if ((await openWords(hand, given, where)) !== text) throw new Error("does not open as it was");
  } else given = await openWords(hand, text, where);
  await send(piece.url, { text: given, to: what === "lock" ? "locked" : "open", proof: hand.proof });
}

async function all(hand) {
  let bad = 0;
  // Before anything is locked, what came from a phone comes into its page.
  const { pieces } = await send(list, what === "lock" ? {} : null);
  for (const [at, piece] of pieces.entries()) {
    state.textContent = state.dataset.sayAt.replace("{n}", at + 1).replace("{of}", pieces.length);
    try {
      await exchange(hand, piece);
    } catch (error) {
      // One page that does not open must not hold up the others; no line to the site stops all of them.
      if (error instanceof TypeError || (error instanceof Refused && error.status === 401)) throw error;
      bad += 1;
    }
  }
  return bad;
}

async function go() {
  button.hidden = true;
  try {
    const hand = await openHand();
    const bad = await all(hand);
    if (bad) {
      state.textContent = state.dataset.saySome.replace("{n}", bad);
      button.hidden = false;
      return;
    }
    const answer = proofUrl ? await send(proofUrl, { proof: hand.proof }) : { next };
    location.assign(answer.next);
  } catch (error) {
    state.textContent = (error instanceof Refused && error.message) || state.dataset.sayNot;
    button.hidden = false;
  }
}

button.hidden = false;
button.addEventListener("click", go);
