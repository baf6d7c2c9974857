// Asks the browser for a passkey, or to make one, and hands its answer in with the form.
(function () {
  "use strict";
  const form = document.querySelector("form[data-passkey]");
  const data = document.getElementById("passkey-data");
  if (!form || !data) { return; }
  const button = form.querySelector("button");
  const told = form.querySelector("[role=alert]");
  const options = JSON.parse(data.textContent);
  button.addEventListener("click", async function () {
    told.hidden = true;
    button.disabled = true;
    try {
      const answer = form.dataset.passkey === "make"
        ? await window.webauthnJSON.create(options.creation_options)
        : await window.webauthnJSON.get(options.request_options);
      form.querySelector("input[name=credential]").value = JSON.stringify(answer);
      form.submit();
    } catch (error) {
      told.textContent = error.name === "SecurityError" ? form.dataset.insecure : form.dataset.failed;
      told.hidden = false;
      button.disabled = false;
    }
  });
})();
