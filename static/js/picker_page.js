/* A page with products to choose, outside of the editor. */

import { start } from "./picker.js";

start();
