import { LIMITS } from './limits';

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** The text directly inside, joined; without surrounding white space. */
  readonly text: string;
}

interface OpenElement extends XmlElement {
  readonly children: XmlElement[];
  text: string;
}

/**
 * Parses the flat XML that GDAL writes into tags and sidecars: elements, attributes, text, CDATA, comments, the five
 * entities and character numbers. No document types, so nothing expands. Null for anything else, and for XML that is
 * not well formed.
 */
export function parseXml(text: string): XmlElement | null {
  const root: OpenElement = { name: '', attributes: {}, children: [], text: '' };
  const stack = [root];
  let at = 0;
  while (at < text.length) {
    const parent = stack.at(-1) as OpenElement;
    const open = text.indexOf('<', at);
    const content = text.slice(at, open < 0 ? text.length : open);
    parent.text += decodeEntities(content);
    if (open < 0) break;
    const next = markupAt(text, open, stack);
    if (next === null) return null;
    at = next;
  }
  const element = root.children[0];
  if (stack.length !== 1 || root.children.length !== 1 || root.text.trim() !== '') return null;
  return element ?? null;
}

/** Reads one piece of markup; where it ends, or null where it is not allowed. */
function markupAt(text: string, open: number, stack: OpenElement[]): number | null {
  const parent = stack.at(-1) as OpenElement;
  if (text.startsWith('<!--', open)) return after(text, '-->', open + 4);
  if (text.startsWith('<?', open)) return after(text, '?>', open + 2);
  if (text.startsWith('<![CDATA[', open)) {
    const end = after(text, ']]>', open + 9);
    if (end !== null) parent.text += text.slice(open + 9, end - 3);
    return end;
  }
  if (text.startsWith('</', open)) return closeTag(text, open, stack);
  return openTag(text, open, stack);
}

function after(text: string, mark: string, from: number): number | null {
  const at = text.indexOf(mark, from);
  return at < 0 ? null : at + mark.length;
}

const NAME = /[A-Za-z_:][\w:.-]*/y;

function closeTag(text: string, open: number, stack: OpenElement[]): number | null {
  const end = after(text, '>', open);
  const element = stack.pop() as OpenElement;
  if (end === null || stack.length === 0 || text.slice(open + 2, end - 1).trim() !== element.name)
    return null;
  element.text = element.text.trim();
  (stack.at(-1) as OpenElement).children.push(element);
  return end;
}

function openTag(text: string, open: number, stack: OpenElement[]): number | null {
  NAME.lastIndex = open + 1;
  const name = NAME.exec(text)?.[0];
  if (name === undefined || stack.length > LIMITS.xmlDepth) return null;
  const attributes: Record<string, string> = {};
  let at = open + 1 + name.length;
  for (;;) {
    ATTRIBUTE.lastIndex = at;
    const match = ATTRIBUTE.exec(text);
    if (!match) break;
    attributes[match[1] as string] = decodeEntities((match[2] ?? match[3]) as string);
    at = ATTRIBUTE.lastIndex;
  }
  TAG_END.lastIndex = at;
  const end = TAG_END.exec(text);
  if (!end) return null;
  const element: OpenElement = { name, attributes, children: [], text: '' };
  if (end[1] === '/') (stack.at(-1) as OpenElement).children.push(element);
  else stack.push(element);
  return TAG_END.lastIndex;
}

const ATTRIBUTE = /\s+([A-Za-z_:][\w:.-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const TAG_END = /\s*(\/?)>/y;

/** The five entities of XML and character numbers; anything else stays as it is written. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(#x[0-9a-fA-F]{1,6}|#\d{1,7}|lt|gt|amp|quot|apos);/g, (whole, name: string) => {
    const named = ENTITIES[name];
    if (named !== undefined) return named;
    const code = name.startsWith('#x')
      ? Number.parseInt(name.slice(2), 16)
      : Number.parseInt(name.slice(1), 10);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

export function childNamed(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name);
}
