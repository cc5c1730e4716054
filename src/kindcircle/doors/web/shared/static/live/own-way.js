// Once somebody changed how they practise, what this phone kept in the old words goes.

import { parts } from "./dom.js";
import { tidy } from "./kept-store.js";

const [gone] = parts(document, "kept-gone");
if (window.caches) gone.hidden = !(await tidy(gone.dataset.way));
