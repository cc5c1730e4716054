// Whether anybody's words can still lie here, sealed. They come by way of the worker, so it has to stay.
export const wordsMayWait = async () =>
  ((await indexedDB.databases?.()) ?? []).some(({ name }) => name === "kindcircle");
