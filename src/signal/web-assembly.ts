// Small WebAssembly modules over one memory. Node's types know no WebAssembly, and those of browsers are not for this
// layer.

/** Numbers that a module and JavaScript share; `buffer` is another one after `grow`. */
export type WasmMemory = { readonly buffer: ArrayBuffer; grow(pages: number): number };

const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: {
    readonly Module: new (binary: Uint8Array) => object;
    readonly Memory: new (size: { readonly initial: number }) => WasmMemory;
    readonly Instance: new (
      module: object,
      imports: { readonly duet: { readonly memory: WasmMemory } },
    ) => { readonly exports: unknown };
  };
};

export const pageBytes = 65_536;

const compiled = new Map<string, object>();

/** At least so many bytes, all 0. */
export function openMemory(bytes: number): WasmMemory {
  return new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) });
}

/**
 * A module's functions over a memory; it is compiled once.
 * @param binary in base64.
 * @typeParam Exports what the module exports.
 */
export function instantiate<Exports>(binary: string, memory: WasmMemory): Exports {
  const known = compiled.get(binary);
  const module = known ?? new WebAssembly.Module(Uint8Array.from(atob(binary), (character) => character.charCodeAt(0)));
  compiled.set(binary, module);
  return new WebAssembly.Instance(module, { duet: { memory } }).exports as Exports;
}
