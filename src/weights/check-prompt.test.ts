import { expect, test } from 'vitest';
import { checkPrompt, checkTextBackbone } from './check-prompt.ts';
import { miniBert } from './mini-text.test-data.ts';
import { openTextBackbone } from './open-text-backbone-node.ts';
import { parseTextBackbone } from './text-backbone.ts';

test('prompts that no encoder understands are refused in one sentence, others lose the blanks around them', async () => {
  const encoder = await openTextBackbone();
  expect(checkPrompt('  a dog barks, loudly! ', encoder)).toBe('a dog barks, loudly!');
  expect(() => checkPrompt(' \n', encoder)).toThrow('The prompt is empty; say what to look for');
  expect(() => checkPrompt('dog '.repeat(2500), encoder)).toThrow(/has 9999 characters; use at most 1000/);
  for (const [language, text] of Object.entries({ Greek: 'ένας σκύλος γαβγίζει', Chinese: '狗在叫', Thai: 'สุนัขเห่า' }))
    expect(() => checkPrompt(text, encoder), language).toThrow(
      /'word-pieces' does not know the language of .* \(100 per cent/,
    );
});

test('another text encoder than an adapter was made with is refused, the same one is not', () => {
  const encoder = parseTextBackbone(miniBert());
  const { source, hash } = encoder;
  checkTextBackbone({ source, hash }, encoder, 'runs/first');
  expect(() => checkTextBackbone({ source: 'word-pieces', hash: '0123456789abcdef' }, encoder, 'runs/first')).toThrow(
    /^runs\/first was made with the text encoder 'word-pieces' \(0123456789abcdef\), and 'mini' \(.*\) is another/,
  );
});
