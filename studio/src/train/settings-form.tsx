// All settings of the training, for those who want more than a time to spend: a form made from the system's schema.
import { useEffect } from 'preact/hooks';
import type { Json } from '../../../src/data/intake.ts';
import type { SettingField } from '../../../src/train/setting-fields.ts';
import { expectedText, isOfKind, valueOfText } from '../../../src/train/setting-kind.ts';
import { notify, notifyProblem } from '../state/notices.ts';
import { backbone, backboneFacts } from '../state/project.ts';
import { isTraining } from '../state/training.ts';
import { choice, choose } from '../state/training-choice.ts';
import type { StoredChoice } from '../storage/database.ts';
import { Button } from '../ui/controls.tsx';

export function SettingsForm() {
  const form = backbone.value?.form;
  useEffect(() => {
    backboneFacts().catch(notifyProblem);
  }, []);
  if (!form) return null;
  const { recipe, given } = choice.value;
  const take = (wanted: StoredChoice) => void choose(wanted).catch(notifyProblem);
  const groups = [...new Set(form.fields.map(({ group = 'Other' }) => group))];
  const changed = Object.keys(given).length;
  return (
    <details class="all-settings">
      <summary>
        All settings
        {(recipe !== undefined || changed > 0) && <span class="quiet"> (changed)</span>}
      </summary>
      <fieldset disabled={isTraining.value}>
        <div class="setting">
          <label for="setting-recipe">recipe</label>
          <select
            id="setting-recipe"
            value={form.recipe}
            onChange={({ currentTarget }) => take({ recipe: currentTarget.value, given: {} })}
          >
            {form.recipes.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
          <span class="quiet">the set of settings that the others change</span>
        </div>
        {groups.map((group) => (
          <section key={group} aria-label={group}>
            <h3>{group}</h3>
            {form.fields
              .filter((field) => (field.group ?? 'Other') === group)
              .map((field) => (
                <div key={`${form.recipe} ${field.name}`} class={`setting ${field.name in given ? 'is-changed' : ''}`}>
                  <label for={`setting-${field.name}`}>{wordsOf(field.name)}</label>
                  <Field
                    field={field}
                    value={form.values[field.name] ?? null}
                    onChange={(value) => take({ recipe, given: { ...given, [field.name]: value } })}
                  />
                  <span class="quiet">{field.help}</span>
                </div>
              ))}
          </section>
        ))}
        <Button disabled={recipe === undefined && changed === 0} onClick={() => take({ recipe: undefined, given: {} })}>
          Back to the usual settings
        </Button>
      </fieldset>
    </details>
  );
}

function Field(props: {
  readonly field: SettingField;
  readonly value: Json;
  readonly onChange: (value: Json) => void;
}) {
  const { kind, name } = props.field;
  const id = `setting-${name}`;
  if (kind.kind === 'toggle')
    return (
      <input
        id={id}
        type="checkbox"
        checked={props.value === true}
        onChange={({ currentTarget }) => props.onChange(currentTarget.checked)}
      />
    );
  if (kind.kind === 'choice')
    return (
      <select
        id={id}
        value={String(props.value)}
        onChange={({ currentTarget }) => props.onChange(valueOfText(kind, currentTarget.value) as Json)}
      >
        {kind.names.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
    );
  return (
    <input
      id={id}
      type="text"
      inputMode={kind.kind === 'number' ? 'decimal' : undefined}
      value={props.value === null ? '' : String(props.value)}
      onChange={({ currentTarget }) => {
        const value = valueOfText(kind, currentTarget.value);
        if (isOfKind(kind, value)) {
          props.onChange(value as Json);
          return;
        }
        notify(`“${wordsOf(name)}” must be ${expectedText(kind)}.`);
        currentTarget.value = props.value === null ? '' : String(props.value);
      }}
    />
  );
}

/** `learningRate` as people write it. */
function wordsOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
