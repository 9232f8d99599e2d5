// The order of the files of a run: what takes longest begins first, so that no process is left alone with it at the end.
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// By what they take on two idle cores; the first waits for a camera in real time.
const longest = [
  'studio/test/studio.test.ts',
  'test/webgpu.test.ts',
  'test/results.test.ts',
  'studio/test/providers.test.ts',
  'test/resume.test.ts',
];

/** Vitest asks for a class. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = longest.findIndex((name) => moduleId.endsWith(`/${name}`));
      return found < 0 ? longest.length : found;
    };
    // The others as ever: those that took longest here before, then the largest files.
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}
