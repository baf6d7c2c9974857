// Keeps style sheets, scripts, icons and the one page that says what needs the net; never any other page, and nothing that was posted.
// The server puts self.shell in front: {name, files, offline: for each language the root of its pages and the page that is kept}.
const {name, files, offline} = self.shell;
// Asked for without cookies, so that the kept page is nobody's.
const nobodys = address => new Request(address, {credentials: "omit", cache: "reload"});

self.addEventListener("install", event => {
  event.waitUntil((async () => {
    const cache = await caches.open(name);
    await cache.addAll([...files, ...offline.map(([, page]) => page)].map(nobodys));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", event => {
  event.waitUntil((async () => {
    const old = (await caches.keys()).filter(one => one !== name);
    await Promise.all(old.map(one => caches.delete(one)));
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", event => {
  const {request} = event, address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) { return; }
  if (files.includes(address.pathname)) {
    event.respondWith(caches.match(address.pathname).then(held => held || fetch(request)));
  } else if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(offline.find(([root]) => address.pathname.startsWith(root))[1])));
  }
});
