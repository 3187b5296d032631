/* Keeps the till's page, so that it opens without network. What comes from the network is always preferred. */
const SHELF = 'tongxin-till', PAGE = '/partner/';
self.addEventListener('install', (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== location.origin) return;
  const page = url.pathname === PAGE, file = url.pathname.startsWith('/static/');
  if (!page && !file) return;
  event.respondWith((async () => {
    const shelf = await caches.open(SHELF);
    try {
      const fresh = await fetch(event.request);
      if (fresh.ok && !fresh.redirected && !url.search && !event.request.headers.get('HX-Request')) shelf.put(event.request, fresh.clone());
      return fresh;
    } catch (error) {
      const kept = await shelf.match(page ? PAGE : event.request, { ignoreSearch: page, ignoreVary: true });
      if (kept) return kept;
      throw error;
    }
  })());
});
