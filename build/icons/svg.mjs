import { mark, side } from './mark.mjs';

/** The mark as an SVG document. */
export function svg() {
  const shapes = mark(side).map((shape) => {
    switch (shape.kind) {
      case 'box':
        return `<rect x="${shape.x}" y="${shape.y}" width="${shape.width}" height="${shape.height}" rx="${shape.radius}" fill="${shape.color}"/>`;
      case 'ring':
        return `<polygon points="${shape.points.join(' ')}" fill="${shape.color}" fill-opacity="${shape.fill}" stroke="${shape.color}" stroke-width="${shape.stroke}" stroke-linejoin="round"/>`;
      case 'dot':
        return `<circle cx="${shape.x}" cy="${shape.y}" r="${shape.radius}" fill="${shape.color}"/>`;
    }
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}">\n  ${shapes.join('\n  ')}\n</svg>\n`;
}
