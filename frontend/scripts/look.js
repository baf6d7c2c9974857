// Sets what the reader chose on this browser before anything is drawn. Where a session keeps the choice, the server has set it already.
import {kept} from "../kept.js";

const page = document.documentElement;
if (!("kept" in page.dataset)) {
  for (const name of ["print", "theme"]) {
    const value = kept(name);
    if (value && !page.dataset[name]) { page.dataset[name] = value; }
  }
}
