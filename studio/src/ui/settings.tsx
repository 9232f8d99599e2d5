// Choices that hold for the whole page: how it looks, what it computes on, which backbone it stands on.
import { useEffect, useState } from 'preact/hooks';
import { chooseBackboneFiles, chooseBuiltIn, chooseHubBackbone } from '../state/backbone-choice.ts';
import { restartTrainingWorker } from '../state/engine.ts';
import { forgetOpened } from '../state/model.ts';
import { notify, notifyProblem } from '../state/notices.ts';
import { computePreference, computePreferences, theme, themes } from '../state/preferences.ts';
import { backbone, backboneFacts } from '../state/project.ts';
import { isTraining } from '../state/training.ts';
import { Button, Choice, Dialog, FileButton } from './controls.tsx';

export function Settings() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button look="quiet" onClick={() => setOpen(true)}>
        Settings
      </Button>
      {isOpen && (
        <Dialog title="Settings" onClose={() => setOpen(false)}>
          <div class="settings">
            <Choice
              name="theme"
              legend="Appearance"
              values={themes}
              labels={{ system: 'As the system', light: 'Light', dark: 'Dark' }}
              value={theme.value}
              onChange={(chosen) => (theme.value = chosen)}
            />
            <Choice
              name="compute"
              legend="Compute on"
              values={computePreferences}
              labels={{ automatic: 'Automatic', GPU: 'GPU', CPU: 'CPU' }}
              value={computePreference.value}
              disabled={isTraining.value}
              onChange={(chosen) => {
                computePreference.value = chosen;
                restartTrainingWorker();
                forgetOpened();
              }}
            />
            <p class="quiet">{threadsText()}</p>
            <BackboneChoice />
          </div>
        </Dialog>
      )}
    </>
  );
}

function threadsText(): string {
  if (globalThis.crossOriginIsolated)
    return `This computer offers ${navigator.hardwareConcurrency} CPU threads to the page.`;
  return 'The server does not isolate this page, so it computes on one thread; docs/studio.md says which two headers it has to send.';
}

function BackboneChoice() {
  const [hubName, setHubName] = useState('');
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    backboneFacts().catch(notifyProblem);
  }, []);
  const choose = async (how: () => Promise<void>) => {
    setBusy(true);
    try {
      await how();
      notify('The backbone is changed. Examples are read again when you train.');
    } catch (error) {
      notifyProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const facts = backbone.value;
  return (
    <fieldset class="choice" disabled={isTraining.value || isBusy}>
      <legend>Backbone</legend>
      <p>
        {facts
          ? `${facts.source}: ${facts.depth} blocks of ${facts.width} channels, ${facts.inputSize.join(' × ')} pixels`
          : 'Reading it…'}
      </p>
      <p class="quiet">
        A larger one recognises more, and takes longer. An adapter belongs to the backbone it was trained on.
      </p>
      <div class="row">
        <Button onClick={() => void choose(chooseBuiltIn)}>Built-in ViT-Micro</Button>
        <FileButton
          multiple
          accept=".safetensors,.json"
          onFiles={(files) => void choose(() => chooseBackboneFiles(files))}
        >
          Open files
        </FileButton>
      </div>
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          void choose(() => chooseHubBackbone(hubName));
        }}
      >
        <input
          type="text"
          aria-label="Name on the Hugging Face hub"
          placeholder="timm/vit_tiny_patch16_224.augreg_in21k"
          value={hubName}
          onInput={({ currentTarget }) => setHubName(currentTarget.value)}
        />
        <button type="submit" class="button" disabled={hubName.trim() === ''}>
          {isBusy ? 'Fetching…' : 'Fetch from the hub'}
        </button>
      </form>
    </fieldset>
  );
}
