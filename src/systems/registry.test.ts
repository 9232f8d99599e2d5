// What every system must hold to.
import { describe, expect, test } from 'vitest';
import { inputsOf } from '../graph/inputs-of.ts';
import { frozenWeights } from '../model/frozen-weights.ts';
import { parameterInputs, weightsFrom } from '../model/parameters.ts';
import { clipInputs } from '../model/passage.ts';
import { parseBackbone } from '../weights/backbone.ts';
import { miniTimm } from '../weights/mini-vit.test-data.ts';
import { allSystems, recipeNamed, recipeNames, systemLoaders, systemNamed } from './registry.ts';

const systems = await allSystems();
const backbone = parseBackbone({ name: 'mini', tensors: miniTimm() }, { heads: 2 });
const known = { labels: ['a', 'b', 'c'], backbone };

test('names of systems and of recipes are there once, and the registry has each under its own', async () => {
  const names = systems.map(({ name }) => name);
  const recipes = systems.flatMap(({ recipes }) => Object.keys(recipes));
  expect(names).toEqual(Object.keys(systemLoaders));
  expect(new Set(recipes).size).toBe(recipes.length);
  expect([...(await recipeNames())].sort()).toEqual(recipes.sort());
  for (const system of systems) {
    expect(await systemNamed(system.name)).toBe(system);
    expect((await recipeNamed(system.usualRecipe)).system).toBe(system);
  }
  await expect(recipeNamed('none')).rejects.toThrow(/no recipe "none"; choose one of/);
  await expect(systemNamed('none')).rejects.toThrow(/does not know the system "none"/);
});

describe.each(
  systems.flatMap((system) => Object.entries(system.recipes).map(([name, recipe]) => ({ name, system, recipe }))),
)('recipe $name', ({ name, system, recipe }) => {
  test('is complete, is what its schema says, and bears its name', () => {
    expect(system.settings.parse(recipe)).toEqual(recipe);
    expect(recipe.recipe).toBe(name);
  });

  test('has stages that train something, on kept features nothing that acts before them', () => {
    const { stages } = system.open(recipe, known);
    expect(stages.length).toBeGreaterThan(0);
    for (const { model, on, trains } of stages) {
      const parameters = parameterInputs(model.parameters);
      const inputs = clipInputs(model.inputs, 1);
      const encoded = model.encode(inputs, frozenWeights(backbone.weights), weightsFrom(parameters));
      const read = inputsOf(Object.values(encoded));
      const trained = [...parameters.keys()].filter(trains);
      expect(trained.length).toBeGreaterThan(0);
      if (on === 'kept features') expect(trained.filter((name) => read.has(name))).toEqual([]);
    }
  });
});
