import { expect, test } from 'vitest';
import { openTextEmbedder } from '../infer/text-embedder.ts';
import { nodeSessions } from '../runtime/session-node.ts';
import { named, readQuery } from '../search/query.ts';
import { openTextBackbone } from '../weights/open-text-backbone-node.ts';

const labels = (
  'dog,cat,cow,sheep,rooster,crying_baby,rain,sea_waves,crackling_fire,helicopter,chainsaw,clock_tick,sneezing,' +
  'acoustic_guitar,church_bell,train_horn,truck,race_car,violin,frying_food,bouncing-ball,calling-bird,metal-bowl,' +
  'pouring-jug'
).split(',');
const { embed } = openTextEmbedder(await openTextBackbone(), nodeSessions({ threads: 1 }));
const read = (words: string, of = labels) => readQuery(words, of, embed);

test.each([
  ['dog', ['puppy', 'a dog barks', 'a barking dog']],
  ['cat', ['kitten meowing']],
  ['sea_waves', ['waves at the beach', 'ocean']],
  ['rooster', ['king of the farmyard crows at dawn']],
  ['crying_baby', ['infant weeping']],
  ['crackling_fire', ['flames burning wood']],
  ['helicopter', ['aircraft with rotor']],
  ['church_bell', ['bells ringing in a tower']],
  ['acoustic_guitar', ['someone plays guitar']],
  ['train_horn', ['locomotive']],
  ['frying_food', ['cooking in a pan']],
  ['race_car', ['car racing']],
  ['rain', ['storm with rain']],
  ['cow', ['cattle mooing']],
  ['sheep', ['lamb']],
])('%s is what %j are read as', async (label, phrases) => {
  for (const phrase of phrases) expect((await read(phrase)).classes[0]?.label, phrase).toBe(label);
});

test('of 22 words that mean none of the classes 21 are near none', async () => {
  const words =
    'parliament,algebra,wedding,two people argue,spreadsheet,purple,xyzzy,hund,katze,democracy,quantum physics,' +
    'swimming pool,tax return,love,airport,computer keyboard,football match,bread,qwertz asdf,le chien,a,the of';
  const near: string[] = [];
  for (const one of words.split(',')) {
    const { classes, spread } = await read(one);
    if (classes.length > 0) near.push(one);
    else expect(spread.every((share) => share === 0)).toBe(true);
  }
  expect(near).toEqual(['love']);
});

test("a class's own name is that class alone, in any letters and however it is joined", async () => {
  for (const words of ['sea waves', 'Sea-Waves', 'sea_waves '])
    expect((await read(words)).classes).toEqual([{ label: 'sea_waves', share: 1 }]);
  expect((await read('Собака', ['собака', 'cat'])).classes).toEqual([{ label: 'собака', share: 1 }]);
});

test('a query without words, and one in other letters, are refused', async () => {
  for (const words of ['', '  ', '?!']) await expect(read(words)).rejects.toThrow('The query has no words');
  for (const words of ['собака', '犬', 'dog и cat']) await expect(read(words)).rejects.toThrow(/knows English only/);
  expect(named(labels)).toMatch(/^dog, .* and 12 more$/);
});
