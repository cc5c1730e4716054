// The pages that a phone keeps: they name nobody and hold nothing of anybody. The worker answers with them.

export const SHELLS = "kindcircle phone";
export const HALF_A_DAY = 12 * 60 * 60 * 1000; // ms

// All of them or none: a page without its looks would only frighten.
export async function fetchShells({ pages, parts }) {
  const fresh = await Promise.all(
    [...pages, ...parts].map(async (url) => {
      const answer = await fetch(url, { cache: "no-cache" });
      if (answer.status !== 200 || answer.redirected) throw new Error(`could not fetch ${url}`);
      return [url, answer];
    }),
  );
  await caches.delete(SHELLS);
  const store = await caches.open(SHELLS);
  await Promise.all(fresh.map(([url, answer]) => store.put(url, answer)));
}
