/// <reference lib="esnext.disposable" preserve="true" />
// `await using` for what must be closed: sessions, media, feeds and predictors.

// Safari and Node before 20.5 have no such symbol; what compiles `using` for them needs one.
if (!Symbol.asyncDispose) Object.defineProperty(Symbol, 'asyncDispose', { value: Symbol('Symbol.asyncDispose') });

/** Something to be closed by whoever opened it: by its own method, or by `await using`. */
export type Owned<Resource> = Resource & AsyncDisposable;

/** The same object, which `await using` closes too. */
export function owned<Resource extends object>(resource: Resource, close: () => Promise<void>): Owned<Resource> {
  // Copies of the object are not its owner: the spread operator leaves this property out.
  return Object.defineProperty(resource, Symbol.asyncDispose, { value: close }) as Owned<Resource>;
}
