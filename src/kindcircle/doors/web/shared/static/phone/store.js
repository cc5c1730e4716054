// What this phone keeps beside its pages: the public half of a box, words that are sealed, and a plan that is sealed.
// Nothing in here can be read without what the server, or its owner's head, holds.

export const DATABASE = "kindcircle";

function opened() {
  return new Promise((done, failed) => {
    const asked = indexedDB.open(DATABASE, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("box", { keyPath: "name" });
      asked.result.createObjectStore("parcels", { keyPath: "key" });
    };
    asked.onsuccess = () => {
      asked.result.onversionchange = () => asked.result.close(); // whoever takes it all away need not wait for us
      done(asked.result);
    };
    asked.onerror = () => failed(asked.error);
  });
}

// Looking must not make the store: before a yes nothing of ours is on the device.
const there = async () => (await indexedDB.databases()).some((one) => one.name === DATABASE);

// Does `work` with one of the two, or both, and answers when the browser has it on its disk.
async function within(name, mode, work) {
  const base = await opened();
  try {
    return await new Promise((done, failed) => {
      const turn = base.transaction(name, mode, { durability: "strict" });
      let found;
      work(turn.objectStore([name].flat()[0]), (result) => (found = result), turn);
      turn.oncomplete = () => done(found);
      turn.onabort = turn.onerror = () => failed(turn.error);
    });
  } finally {
    base.close();
  }
}

const answered = (request, tell) => (request.onsuccess = () => tell(request.result));
export const get = async (name) =>
  (await there()) ? within("box", "readonly", (store, tell) => answered(store.get(name), tell)) : undefined;
export const put = (value) => within("box", "readwrite", (store) => store.put(value));
export const drop = async (name) => (await there()) && within("box", "readwrite", (store) => store.delete(name));

// Changes what is kept under this name where it is there and the change is one; it never makes it anew.
export const renew = async (name, fits, change) =>
  (await there()) &&
  within("box", "readwrite", (store) => {
    answered(store.get(name), (now) => {
      if (now && fits(now) && Object.keys(change).some((each) => now[each] !== change[each])) store.put({ ...now, ...change });
    });
  });

// In the order in which they were begun.
export async function parcels() {
  if (!(await there())) return [];
  const all = await within("parcels", "readonly", (store, tell) => answered(store.getAll(), tell));
  return all.sort((one, other) => one.n - other.n);
}

// A parcel of the same key takes the older one's place, and keeps its turn.
export const putParcel = (parcel) =>
  within("parcels", "readwrite", (store) => {
    answered(store.getAll(), (all) => {
      const before = all.find((one) => one.key === parcel.key);
      if (before?.done && !parcel.done) return; // its button was pressed meanwhile
      const n = before?.n ?? Math.max(0, ...all.map((one) => one.n)) + 1;
      store.put({ ...parcel, n });
    });
  });

// Gone only if it is still the one that is meant.
export const dropParcel = async (key, sealed = null) =>
  (await there()) &&
  within("parcels", "readwrite", (store) => {
    answered(store.get(key), (now) => {
      if (now && (sealed === null || now.sealed === sealed)) store.delete(key);
    });
  });

// Words that nobody can open any more go. Only that they went is kept, until their writer has read it.
export const goneOf = (who) => `gone ${who}`;
export const dropAsGone = ({ key, sealed, who }) =>
  within(["parcels", "box"], "readwrite", (store, tell, turn) => {
    const box = turn.objectStore("box");
    answered(store.get(key), (now) => {
      if (now?.sealed !== sealed) return; // its page has sealed it anew
      store.delete(key);
      answered(box.get(goneOf(who)), (told) => box.put({ name: goneOf(who), keys: [...(told?.keys ?? []), key] }));
    });
  });

// Whether these words are among them. Asked by their own page, which has them still and tells of it itself.
export const takeGone = async (who, key) =>
  (await there()) &&
  within("box", "readwrite", (store, tell) => {
    answered(store.get(goneOf(who)), (told) => {
      if (!told?.keys.includes(key)) return;
      tell(true);
      const keys = told.keys.filter((one) => one !== key);
      if (keys.length) store.put({ ...told, keys });
      else store.delete(told.name);
    });
  });

// What this person has here goes, and what can be read; their sealed words only where they say so. Whatever somebody else
// sealed here stays, and what anybody still has to be told. True where anything does.
export const forgetOf = async (who, wordsToo) =>
  (await there()) &&
  within(["parcels", "box"], "readwrite", (store, tell, turn) => {
    const box = turn.objectStore("box");
    for (const name of ["mine", "plan"]) box.delete(name);
    answered(store.getAll(), (all) => {
      for (const one of all) if (wordsToo && one.who === who) store.delete(one.key);
      answered(store.count(), (words) => answered(box.count(), (told) => tell(words + told > 0)));
    });
  });

export const forgetDatabase = () =>
  new Promise((done) => {
    const asked = indexedDB.deleteDatabase(DATABASE);
    asked.onsuccess = asked.onerror = asked.onblocked = done;
  });
