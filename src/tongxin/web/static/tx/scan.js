/* 扫码 with the camera: the browser's own reader where it has one, else ours (Safari, Firefox, desktops). A scanner or the
   keyboard types the code as well. */
(function () {
  'use strict';
  const box = document.querySelector('[data-camera]');
  if (!box || !navigator.mediaDevices) return;
  const video = box.querySelector('video'), button = box.querySelector('[data-camera-on]'), no = box.querySelector('[data-camera-no]');
  const label = button.querySelector('span'), start = label.textContent;
  let stream = null, last = '', seen = 0;
  box.hidden = false;
  video.hidden = true;

  function stop() {
    stream.getTracks().forEach((track) => track.stop());
    stream = null;
    video.hidden = true;
    label.textContent = start;
  }
  function read(text) {
    const still = text === last && Date.now() - seen < 4000;  // the same phone held out, however long
    last = text;
    seen = Date.now();
    if (still) return;
    const form = document.querySelector('[data-scan-form]');
    form.elements.text.value = text;
    form.requestSubmit ? form.requestSubmit() : form.submit();
  }
  async function reader() {
    const own = window.BarcodeDetector, reads = own ? await own.getSupportedFormats().catch(() => []) : [];
    const Detector = reads.includes('qr_code') ? own : (await import('./qr/decode.js')).BarcodeDetector;
    return new Detector({ formats: ['qr_code'] });
  }
  async function look(detector) {
    while (stream) {
      try {
        const found = await detector.detect(video);
        if (found.length) read(found[0].rawValue);
      } catch (error) { /* the picture is not there yet */ }
      await new Promise((then) => setTimeout(then, 250));
    }
  }
  button.addEventListener('click', async () => {
    if (stream) { stop(); return; }
    try {
      const detector = await reader();
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1280 } } });
      video.srcObject = stream;
      video.hidden = false;
      await video.play();
      no.hidden = true;
      label.textContent = button.dataset.stop;
      look(detector);
    } catch (error) {
      no.hidden = false;
    }
  });
})();
