/* 扫码签到 with the camera, where the browser reads QR codes itself. Elsewhere a scanner or the keyboard types the code. */
(function () {
  'use strict';
  const box = document.querySelector('[data-camera]');
  if (!box || !('BarcodeDetector' in window) || !navigator.mediaDevices) return;
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
    if (text === last && Date.now() - seen < 4000) return;  // the same phone still held out
    last = text;
    seen = Date.now();
    const form = document.querySelector('[data-scan-form]');
    form.elements.text.value = text;
    form.requestSubmit ? form.requestSubmit() : form.submit();
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
      const detector = new window.BarcodeDetector({ formats: ['qr_code'] });
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
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
