// Asking the site, with its answers told apart: what was taken, what was refused and why, and no answer at all.

export class Refused extends Error {
  constructor(sentence, status) {
    super(sentence);
    this.status = status;
  }
}

const token = () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value || document.body.dataset.token;

// Resolves to what the site answered (an object). Rejects with Refused where it said no, with its sentence if any.
// proof: for what the site gives only to somebody who has the key open.
export async function send(url, fields, { proof = "", ...options } = {}) {
  const said = { headers: { "X-Own-Key": "1", "X-Own-Key-Proof": proof }, redirect: "manual", ...options };
  if (fields) {
    said.method = "POST";
    said.headers["X-CSRFToken"] = token();
    said.body = new URLSearchParams(fields);
  }
  const answer = await fetch(url, said);
  const kind = answer.headers.get("Content-Type") || "";
  if (answer.ok) return kind.startsWith("application/json") ? answer.json() : {};
  throw new Refused(kind.startsWith("text/plain") ? await answer.text() : "", answer.status || 401);
}
