// How the page is built: a folder of static files, with the runtime and the weights in it and nothing to fetch from
// elsewhere.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** Shared memory, and with it threads, is there only for pages that are isolated from others. */
const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Relative, so that the folder may lie anywhere on a server.
  base: './',
  assetsInclude: ['**/*.safetensors'],
  // ONNX Runtime's own loader stays a file beside the page: its threads are started from it.
  resolve: { conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'development|production'] },
  worker: { format: 'es' },
  build: {
    outDir: '../dist/studio',
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 1000,
    reportCompressedSize: false,
    license: { fileName: 'licences.md' },
    rolldownOptions: { output: { entryFileNames: 'assets/[name]-[hash].js' } },
  },
  server: { headers: isolation },
  preview: { headers: isolation },
});
