// Says what camera and microphone perceive, five seconds at a time. The run's folder lies beside the page as /run/.
import weights from 'duet-av/assets/vit_micro_patch16_224/model.safetensors?url';
import type { ClipResult } from 'duet-av/systems/ma-avt';
import { fetchAdapter, openMediaSource, openPrediction, sessionOpener } from 'duet-av/web';
import * as ort from 'onnxruntime-web/wasm';

const adapter = await fetchAdapter('/run', { backbone: weights });
const prediction = await openPrediction({ adapter, openSession: sessionOpener(ort, { provider: 'wasm' }) });
const stream = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
for (;;) {
  const recorder = new MediaRecorder(stream);
  const recorded = new Promise<Blob>((resolve) =>
    recorder.addEventListener('dataavailable', (event) => resolve(event.data)),
  );
  recorder.start();
  setTimeout(() => recorder.stop(), 5000);
  await using media = await openMediaSource(await recorded, 'the recording');
  const answers: unknown[] = [];
  for await (const { answer } of prediction.predictMedia(media)) answers.push(answer);
  const { windows } = adapter.open.result(answers, adapter.system.resultOptions.parse({})) as ClipResult;
  document.querySelector('#answer')!.textContent = windows[0]?.label ?? '';
}
