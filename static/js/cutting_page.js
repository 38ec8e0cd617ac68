/* A page with a picture to cut, outside of the editor. */

import { start } from "./cutting.js";

start();
