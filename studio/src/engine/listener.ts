// Runs in the browser's audio thread: hands on what the microphone hears, one channel, a few times a second.
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

/** About 43 times a second at 44.1 kHz: smooth enough for a level meter. */
const batchLength = 1024;

class Listener extends AudioWorkletProcessor {
  #batch = new Float32Array(batchLength);
  #filled = 0;

  process([channels]: readonly (readonly Float32Array[])[]): boolean {
    const length = channels?.[0]?.length ?? 0;
    for (let i = 0; i < length; i++) {
      this.#batch[this.#filled++] = channels!.reduce((sum, channel) => sum + channel[i]!, 0) / channels!.length;
      if (this.#filled < batchLength) continue;
      this.port.postMessage(this.#batch, [this.#batch.buffer]);
      this.#batch = new Float32Array(batchLength);
      this.#filled = 0;
    }
    return true;
  }
}

registerProcessor('listener', Listener);
