/* What every page needs, started once. Pages work without it; it makes them pleasant. */

import * as copy from "./copy.js";
import * as dialog from "./dialog.js";
import * as menu from "./menu.js";
import * as tabs from "./tabs.js";
import * as toast from "./toast.js";

for (const part of [copy, dialog, menu, tabs, toast]) part.start();
