// What every page has more of with a script: choices of look without a new page, menus that close, pages that tell they need the net.
import {keep, kept} from "../kept.js";

const page = document.documentElement;
const forms = Array.from(document.querySelectorAll("[data-look]"));

function show(name, value) {
  if (value === "auto" || value === "normal") { delete page.dataset[name]; } else { page.dataset[name] = value; }
  for (const button of document.querySelectorAll(`[data-look] button[name=${name}][aria-pressed]`)) {
    button.setAttribute("aria-pressed", String(button.value === value));
  }
}

// With a session the choice goes to the server without a new page, so that nothing typed on this one is lost.
async function send(form, name, value) {
  const body = new URLSearchParams({[name]: value, csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value});
  const answer = await fetch(form.action, {method: "POST", body});
  if (!answer.ok) { location.reload(); }
}

function turn(control, now) {
  const [normal, large] = control.dataset.words.split("|");
  control.textContent = now === "large" ? normal : large;
  return now === "large" ? "normal" : "large";
}

for (const form of forms) {
  const session = form.dataset.look === "session";
  if (!session) {
    form.hidden = false;
    show("theme", kept("theme") || "auto");
  }
  form.addEventListener("click", event => {
    const button = event.target.closest("button[name]");
    if (!button) { return; }
    event.preventDefault();
    const {name, value} = button;
    if (session) { send(form, name, value); } else { keep(name, value); }
    show(name, value);
    if (name === "print") { button.value = turn(button, value); }
  });
}

// Without a session: by its address where the page came so; else kept in this browser, so that no link has to carry it.
const link = document.querySelector("a[data-print]");
if (link) {
  if (page.dataset.print === "large") { link.dataset.print = turn(link, "large"); }
  link.addEventListener("click", event => {
    const address = new URL(location.href), chosen = link.dataset.print;
    event.preventDefault();
    keep("print", chosen);
    if (address.searchParams.has("large")) {
      address.searchParams.delete("large");
      location.replace(address);
      return;
    }
    show("print", chosen);
    link.dataset.print = turn(link, chosen);
  });
}

// One menu at a time, closed by Escape or by a press elsewhere; without a script they stay open until pressed again.
const menus = Array.from(document.querySelectorAll("details.menu"));
document.addEventListener("click", event => {
  for (const menu of menus) { if (menu.open && !menu.contains(event.target)) { menu.open = false; } }
});
document.addEventListener("keydown", event => {
  if (event.key !== "Escape") { return; }
  for (const menu of menus) {
    if (!menu.open) { continue; }
    if (menu.contains(document.activeElement)) { menu.querySelector("summary").focus(); }
    menu.open = false;
  }
});

// Plots load their program only where there is one.
const plot = document.querySelector("figure[data-program]");
if (plot) {
  const script = document.createElement("script");
  script.src = plot.dataset.program;
  document.head.append(script);
}

const worker = document.querySelector("script[data-worker]")?.dataset.worker;
if (worker && "serviceWorker" in navigator) {
  navigator.serviceWorker.register(worker, {updateViaCache: "none"}).catch(() => { /* pages work without it */ });
}
