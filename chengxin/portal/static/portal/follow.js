// Shows progress as the server tells it; where that fails the page's own polling goes on, and without scripts it reloads itself.
(function () {
  "use strict";
  const box = document.querySelector("[data-follow]");
  if (!box || !window.EventSource) { return; }
  const source = new EventSource(box.dataset.follow);
  source.addEventListener("progress", function (event) {
    const answer = new DOMParser().parseFromString(JSON.parse(event.data), "text/html");
    const made = answer.getElementById("progress-body"), old = box.querySelector("#progress-body");
    if (made && old) { old.replaceWith(made); }
  });
  source.addEventListener("end", function () { source.close(); window.location.reload(); });
})();
