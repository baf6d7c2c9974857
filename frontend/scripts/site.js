// What every page has more of with a script: choices of look without a new page, menus that close, pages that tell they need the net.
import {keep, kept} from "../kept.js";

const page = document.documentElement;
const box = document.querySelector("[data-look]");

function show(name, value) {
  if (value === "auto" || value === "normal") { delete page.dataset[name]; } else { page.dataset[name] = value; }
  for (const button of box.querySelectorAll(`button[name=${name}]`)) {
    button.setAttribute("aria-pressed", String(button.value === value));
  }
}

// With a session the form goes to the server without a new page, so that nothing typed on this one is lost.
async function send(form, name, value) {
  const body = new URLSearchParams({[name]: value, csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value});
  const answer = await fetch(form.action, {method: "POST", body, headers: {Accept: "application/json"}});
  if (!answer.ok) { form.requestSubmit(); }
}

if (box) {
  const session = "kept" in page.dataset;
  box.querySelector("[role=group][hidden]")?.removeAttribute("hidden");
  if (!session) { show("theme", kept("theme") || "auto"); }
  box.addEventListener("click", event => {
    const button = event.target.closest("button[name]");
    if (!button) { return; }
    if (session) { event.preventDefault(); send(box, button.name, button.value); } else { keep(button.name, button.value); }
    show(button.name, button.value);
  });
  const link = box.querySelector("a[data-print]");
  if (link) {
    // By its address where the page came so; else kept here, so that no link has to carry it.
    const address = new URL(location.href);
    const chosen = kept("print") === "large" || address.searchParams.has("large");
    if (chosen && link.dataset.print === "large") { link.replaceChildren("普通版 "); link.dataset.print = "normal"; }
    link.addEventListener("click", event => {
      event.preventDefault();
      keep("print", link.dataset.print);
      address.searchParams.delete("large");
      location.replace(address);
    });
  }
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
