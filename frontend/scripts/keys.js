// Keys for officers who work without a mouse: on and back in a list, choosing a person, going to another page. Never while typing, never
// with Ctrl, Alt or Meta, and not at all where they are switched off.
import {keep, kept} from "../kept.js";

const list = document.querySelector("[data-keys]");
const opener = document.querySelector("[data-keys-open]");
const PREFIX_MS = 2000;
let prefix = 0;

const on = () => kept("keys") !== "off";

function typing(target) {
  if (target.isContentEditable || target.closest("dialog[open]")) { return true; }
  if (!target.matches("input, textarea, select")) { return false; }
  return !["radio", "checkbox", "button", "submit"].includes(target.type);
}

// On a page of one row the page names its neighbours; on a list the rows' links take the focus in their order.
function move(step) {
  const neighbour = document.querySelector(`[data-row="${step > 0 ? "next" : "previous"}"]`);
  if (neighbour) { neighbour.click(); return; }
  const rows = Array.from(document.querySelectorAll("main tbody th a, main .card-list h2 a, main .plain-list h2 a, main article a.btn-primary"));
  if (!rows.length) { return; }
  const here = rows.indexOf(document.activeElement);
  const place = here < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(here + step, 0), rows.length - 1);
  rows[place].focus();
}

function choose(digit) {
  const choices = Array.from(document.querySelectorAll("main input[type=radio][data-choice]"));
  const chosen = choices.find(one => one.dataset.choice === digit);
  if (!chosen) { return false; }
  chosen.checked = true;
  const reason = chosen.form.querySelector("[name=ground]");
  (reason || chosen).focus();
  return true;
}

function follow(key) {
  if (prefix) {
    clearTimeout(prefix);
    prefix = 0;
    const link = list.querySelector(`[data-go="${CSS.escape(key)}"]`);
    if (link) { link.click(); }
    return Boolean(link);
  }
  if (key === "g") { prefix = setTimeout(() => { prefix = 0; }, PREFIX_MS); return true; }
  if (key === "j" || key === "n") { move(1); return true; }
  if (key === "k" || key === "p") { move(-1); return true; }
  if (key === "?") { list.showModal(); return true; }
  return /^[0-9]$/.test(key) && choose(key);
}

if (list) {
  const box = list.querySelector("[data-keys-on]");
  const hints = document.querySelectorAll("[data-keys-hint]");
  const tell = () => { for (const hint of hints) { hint.hidden = !on(); } };
  box.checked = on();
  box.addEventListener("change", () => { keep("keys", box.checked ? "normal" : "off"); tell(); });
  opener.hidden = false;
  opener.addEventListener("click", () => list.showModal());
  tell();
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) { return; }
    if (event.key === "Escape" && event.target.matches("input, textarea")) { event.target.blur(); return; }
    if (!on() || typing(event.target)) { return; }
    if (follow(event.key.length === 1 ? event.key.toLowerCase() : event.key)) { event.preventDefault(); }
  });
}
