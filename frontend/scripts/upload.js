// Hands a large file in part by part, so that a broken connection costs one part; without this the form goes as it is.
(function () {
  "use strict";
  const form = document.querySelector("form[data-parts]");
  if (!form || !window.fetch) { return; }
  const input = form.querySelector("input[type=file]");
  const button = form.querySelector("button:not([type=button])");
  const box = form.querySelector("[data-part-progress]");
  const bar = box.querySelector("progress");
  const told = box.querySelector("[role=status]");
  const PART = 8 << 20, TRIES = 8;
  const csrf = form.querySelector("input[name=csrfmiddlewaretoken]").value;

  function send(address, secret, more) {
    const headers = Object.assign({"X-CSRFToken": csrf, "Upload-Secret": secret || ""}, more && more.headers);
    return fetch(address, Object.assign({method: "GET", credentials: "same-origin"}, more, {headers: headers}));
  }
  const wait = (tries) => new Promise((done) => setTimeout(done, Math.min(500 * 2 ** tries, 15000)));
  // Neither the file's name nor anything in it is remembered: its size and date find it again.
  const place = (file) => "chengxin-upload-" + file.size + "-" + file.lastModified;

  async function begin(file) {
    const kept = JSON.parse(localStorage.getItem(place(file)) || "null");
    if (kept) {
      const answer = await send(form.dataset.parts + kept.token, kept.secret);
      if (answer.ok) { return Object.assign(kept, await answer.json()); }
    }
    const answer = await send(form.dataset.parts, "", {method: "POST"});
    if (!answer.ok) { throw new Error("refused"); }
    const made = await answer.json();
    localStorage.setItem(place(file), JSON.stringify({token: made.token, secret: made.secret}));
    return made;
  }

  async function add(file, upload) {
    const address = form.dataset.parts + upload.token;
    for (let tries = 0; upload.offset < file.size;) {
      bar.value = upload.offset / file.size;
      told.textContent = (tries ? "连接中断，正在重试……" : "") + "已上传 " + Math.floor(bar.value * 100) + "%";
      try {
        const body = file.slice(upload.offset, upload.offset + PART);
        const headers = {"Upload-Offset": String(upload.offset), "Content-Type": "application/octet-stream"};
        let answer = await send(address, upload.secret, {method: "POST", body: body, headers: headers});
        if (answer.status === 409) { answer = await send(address, upload.secret); }
        if (!answer.ok) { throw new Error(answer.status); }
        upload.offset = (await answer.json()).offset;
        tries = 0;
      } catch (error) {
        if (++tries > TRIES) { throw error; }
        told.textContent = "连接中断，正在重试……";
        await wait(tries);
        const answer = await send(address, upload.secret).catch(() => null);
        if (answer && answer.ok) { upload.offset = (await answer.json()).offset; }
      }
    }
  }

  function hidden(name, value) {
    const field = document.createElement("input");
    field.type = "hidden"; field.name = name; field.value = value;
    form.appendChild(field);
  }

  form.addEventListener("submit", async function (event) {
    const file = input.files[0];
    if (!file || file.size <= PART) { return; }
    event.preventDefault();
    button.disabled = true;
    box.hidden = false;
    try {
      const upload = await begin(file);
      await add(file, upload);
      bar.value = 1;
      told.textContent = "上传完毕，正在提交……";
      localStorage.removeItem(place(file));
      const kind = file.name.slice(file.name.lastIndexOf("."));
      hidden("upload", upload.token); hidden("secret", upload.secret);
      hidden("size", file.size); hidden("kind", kind);
      input.disabled = true;
      form.submit();
    } catch (error) {
      told.textContent = "上传没有完成。请检查网络，再点一次“上传并校核”，会从断点继续。";
      button.disabled = false;
    }
  });
})();
