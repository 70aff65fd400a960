/**
 * Lets textures of floating point numbers be made on a context of WebGL 2 as on one of WebGL 1, for which the map library is
 * written: the newer one knows them under sized names only, and has none for grey with opacity, which becomes four channels.
 */
export function acceptFloatTextures(gl: WebGL2RenderingContext): void {
  const original = gl.texImage2D.bind(gl) as (...given: unknown[]) => void;
  gl.texImage2D = (...given: unknown[]): void => {
    const [target, level, , width, height, border, format, type, data] = given;
    if (type !== gl.FLOAT || !(data instanceof Float32Array)) return original(...given);
    const place = [width, height, border];
    if (format === gl.LUMINANCE) original(target, level, gl.R32F, ...place, gl.RED, type, data);
    else if (format === gl.RGB) original(target, level, gl.RGB32F, ...place, format, type, data);
    else if (format === gl.LUMINANCE_ALPHA)
      original(target, level, gl.RGBA32F, ...place, gl.RGBA, type, spread(data));
    else original(target, level, gl.RGBA32F, ...place, gl.RGBA, type, data);
  };
}

/** Grey to red, green and blue, and its opacity. */
function spread(pairs: Float32Array): Float32Array {
  const all = new Float32Array(pairs.length * 2);
  for (let from = 0, to = 0; from < pairs.length; from += 2, to += 4) {
    all.fill(pairs[from] as number, to, to + 3);
    all[to + 3] = pairs[from + 1] as number;
  }
  return all;
}
