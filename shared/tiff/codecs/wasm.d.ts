/** A WebAssembly file as a `data:` URL, put in place by the bundler. */
declare module '*.wasm?url&inline' {
  const dataUrl: string;
  export default dataUrl;
}
