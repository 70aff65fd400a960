/** The bytes of a base64 `data:` URL. Decoded here because a strict content policy forbids fetching such URLs. */
export function dataUrlBytes(dataUrl: string): Uint8Array<ArrayBuffer> {
  const text = atob(dataUrl.slice(dataUrl.indexOf(',') + 1));
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Compiles the WebAssembly file in a `data:` URL. */
export function compileWasm(dataUrl: string): Promise<object> {
  return (globalThis as unknown as WasmHost).WebAssembly.compile(dataUrlBytes(dataUrl));
}

/** The libraries of types for Node and for workers describe it apart; this much is common. */
interface WasmHost {
  readonly WebAssembly: { compile(bytes: Uint8Array): Promise<object> };
}
