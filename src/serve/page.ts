// A small page that tries the server: it needs nothing from anywhere else.
import type { Context } from 'hono';

/** The page alone may run, and may call this server alone. */
export function tryPage(c: Context): Response {
  const nonce = crypto.randomUUID();
  c.header(
    'Content-Security-Policy',
    `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; connect-src 'self'; ` +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  return c.html(page(nonce)) as Response;
}

const page = (nonce: string) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Duet</title>
<style nonce="${nonce}">
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #1d2430; }
  label { display: block; margin: 1rem 0 0.25rem; font-weight: 600; }
  input, select, button { font: inherit; padding: 0.4rem; max-width: 100%; }
  pre { background: #f3f5f8; padding: 1rem; overflow: auto; white-space: pre-wrap; }
  @media (prefers-color-scheme: dark) { body { background: #14181f; color: #e6e9ee; } pre { background: #1f2530; } }
</style>
<h1>Duet</h1>
<p>What happens in a video, by picture and sound together. The server is described in <a href="openapi.json">openapi.json</a>.</p>
<form id="form">
  <label for="token">Token, where the server has one</label>
  <input id="token" type="password" autocomplete="off">
  <label for="adapter">Adapter</label>
  <select id="adapter"></select>
  <label for="file">Video</label>
  <input id="file" type="file" accept="video/*" required>
  <p><button>Predict</button></p>
</form>
<h2>Answer</h2>
<pre id="answer" role="status" aria-live="polite">No video yet.</pre>
<script type="module" nonce="${nonce}">
  const find = (id) => document.getElementById(id);
  const headers = () => (find('token').value ? { Authorization: 'Bearer ' + find('token').value } : {});
  const say = (text) => { find('answer').textContent = text; };
  async function list() {
    const response = await fetch('v1/adapters', { headers: headers() });
    if (!response.ok) return say((await response.json()).error);
    const { adapters } = await response.json();
    find('adapter').replaceChildren(...adapters.map(({ name, system }) => new Option(name + ' (' + system + ')', name)));
  }
  async function predict() {
    say('Sending ...');
    const response = await fetch('v1/predict/' + find('adapter').value, {
      method: 'POST', body: find('file').files[0], headers: { ...headers(), Accept: 'text/event-stream' },
    });
    if (!response.ok) return say((await response.json()).error);
    let text = '';
    let windows = 0;
    for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
      const events = (text + part).split('\\n\\n');
      text = events.pop();
      for (const event of events) {
        const kind = /^event: (.*)$/m.exec(event)?.[1];
        const data = /^data: (.*)$/m.exec(event)?.[1];
        if (kind === 'window') say(++windows + ' windows; the last:\\n' + JSON.stringify(JSON.parse(data), null, 2));
        if (kind === 'result' || kind === 'error') say(JSON.stringify(JSON.parse(data), null, 2));
      }
    }
  }
  find('token').addEventListener('change', list);
  find('form').addEventListener('submit', (event) => {
    event.preventDefault();
    predict().catch((error) => say(String(error)));
  });
  list().catch((error) => say(String(error)));
</script>
</html>
`;
