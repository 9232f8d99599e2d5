// Where the page begins.
import { render } from 'preact';
import { App } from './app.tsx';
import { loadModel } from './state/model.ts';
import { notifyProblem } from './state/notices.ts';
import { loaded, loadProject } from './state/project.ts';
import { loadTraining } from './state/training.ts';
import { loadChoice } from './state/training-choice.ts';
import './style/base.css';
import './style/controls.css';
import './style/screens.css';

render(<App />, document.getElementById('studio')!);
Promise.all([loadProject(), loadTraining(), loadChoice(), loadModel()])
  .catch(notifyProblem)
  .then(() => {
    loaded.value = true;
  });
// Without it a browser short of room may throw the examples away.
void navigator.storage?.persist?.();
