// Shows progress as the server tells it; where that fails the page's own polling goes on, and without scripts it reloads itself.
(function () {
  "use strict";
  const box = document.querySelector("[data-follow]");
  if (!box || !window.EventSource) { return; }
  // What didn't change stays, so that a screen reader tells a step once and not every second.
  function renew(old, made) {
    const held = Array.from(old.children);
    Array.from(made.children).forEach(function (part, place) {
      if (!held[place]) { old.appendChild(part); } else if (!held[place].isEqualNode(part)) { held[place].replaceWith(part); }
    });
    held.slice(made.childElementCount).forEach(function (part) { part.remove(); });
  }
  const source = new EventSource(box.dataset.follow);
  source.addEventListener("progress", function (event) {
    const answer = new DOMParser().parseFromString(JSON.parse(event.data), "text/html");
    const made = answer.getElementById("progress-body"), old = box.querySelector("#progress-body");
    if (made && old) { renew(old, made); }
  });
  source.addEventListener("end", function () { source.close(); window.location.reload(); });
})();
