/**
 * Takes secrets out of text before it is written anywhere. Two nets: the exact values of secrets that the program holds, in
 * every form that they travel in (plain, base64 at any alignment, URL, JSON, hex), and the places where secrets usually stand
 * (authorization headers, password-like keys, the user part of a URL), for those that it was never told of.
 */
const hidden = '[redacted]';

/** Shorter values would blot out ordinary words. */
const shortestSecret = 4;
/** Encoded forms below this length match by accident. */
const shortestEncoded = 8;

const sensitiveKey =
  /^(?:.*(?:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|credential|private[_-]?key).*|(?:proxy-)?authorization|(?:set-)?cookie|rasterlogin)$/i;

const patterns: readonly (readonly [RegExp, string])[] = [
  [
    /((?:proxy-)?authorization|(?:set-)?cookie|x-api-key)(\\?["']?\s*[:=]\s*)(?!\s*(?:(?:basic|bearer)\s+)?\[redacted\])(\\?"(?:[^"\\]|\\[^"])*\\?"|'[^']*'|[^\r\n,}\]]+)/gi,
    `$1$2${hidden}`,
  ],
  [/\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${hidden}`],
  [
    /((?:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|credential|private[_-]?key|rasterlogin)[\w-]*)(\\?["']?\s*[:=]\s*)(?!\s*(?:(?:basic|bearer)\s+)?\[redacted\])(\\"(?:[^"\\]|\\[^"])*\\"|"(?:[^"\\]|\\.)*"|'[^']*'|[^\s,;&"'}\]]+)/gi,
    `$1$2${hidden}`,
  ],
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#"'<>]*@/gi, `$1${hidden}@`],
  [/([?&](?:sig|signature|key|auth|code|x-amz-[a-z-]+)=)[^&\s"'#]+/gi, `$1${hidden}`],
];

export class Redactor {
  readonly #secrets = new Map<string, number>();
  #known: Matcher | null = null;

  /** Hides this value from now on; the function that is returned ends that. */
  register(secret: string): () => void {
    const values = [secret, ...insideOf(secret)].filter((value) => value.length >= shortestSecret);
    for (const value of values) this.#secrets.set(value, (this.#secrets.get(value) ?? 0) + 1);
    this.#known = null;
    let active = true;
    return () => {
      if (!active) return;
      active = false;
      for (const value of values) {
        const uses = (this.#secrets.get(value) ?? 1) - 1;
        if (uses === 0) this.#secrets.delete(value);
        else this.#secrets.set(value, uses);
      }
      this.#known = null;
    };
  }

  text(text: string): string {
    this.#known ??= matcherOf([...this.#secrets.keys()]);
    let clean = this.#known ? hideKnown(text, this.#known) : text;
    for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement);
    return clean;
  }

  /** A copy of plain data with what stands under a password-like key left out, and every text redacted. */
  value(value: unknown, depth = 0): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'bigint') return String(value);
    if (value === null || typeof value !== 'object') return typeof value === 'function' ? undefined : value;
    if (depth > 6) return '…';
    if (ArrayBuffer.isView(value)) return `<${value.byteLength} bytes>`;
    if (value instanceof Error) return this.value(errorData(value), depth + 1);
    if (value instanceof Date) return value.toISOString();
    if (Array.isArray(value)) return value.slice(0, 50).map((item) => this.value(item, depth + 1));
    const copy: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) {
      copy[key] = sensitiveKey.test(key) && item !== null ? hidden : this.value(item, depth + 1);
    }
    return copy;
  }
}

function errorData(error: Error): Record<string, unknown> {
  const { kind, params, details, code } = error as Error & Record<string, unknown>;
  return { name: error.name, message: error.message, kind, params, details, code, cause: error.cause };
}

/** A Mapflow token is base64 of `email:key`: the key alone is as secret as the whole. */
function insideOf(secret: string): readonly string[] {
  const basic = secret.replace(/^(?:basic|bearer)\s+/i, '');
  const plain = Buffer.from(basic, 'base64').toString('latin1');
  const parts = basic === secret ? [] : [basic];
  if (!/^[\x20-\x7e]+:[\x20-\x7e]+$/.test(plain)) return parts;
  return [...parts, plain, plain.slice(plain.indexOf(':') + 1)];
}

/** Finds secrets as they are, and pieces of base64 that hold one. */
interface Matcher {
  readonly plain: RegExp;
  readonly base64: RegExp | null;
}

function matcherOf(secrets: readonly string[]): Matcher | null {
  const plain = new Set<string>();
  for (const secret of secrets) {
    plain.add(secret);
    plain.add(JSON.stringify(secret).slice(1, -1));
    plain.add(encodeURI(secret));
    plain.add(encodeURIComponent(secret));
    plain.add(new URLSearchParams([['', secret]]).toString().slice(1));
    const hex = Buffer.from(secret, 'utf8').toString('hex');
    if (hex.length >= shortestEncoded) plain.add(hex).add(hex.toUpperCase());
  }
  if (plain.size === 0) return null;
  const cores = new Set(secrets.flatMap(base64Cores));
  return { plain: anyOf(plain), base64: cores.size > 0 ? anyOf(cores) : null };
}

function anyOf(values: ReadonlySet<string>): RegExp {
  const longestFirst = [...values].sort((a, b) => b.length - a.length);
  return new RegExp(longestFirst.map(escapeForRegExp).join('|'), 'g');
}

function hideKnown(text: string, { plain, base64 }: Matcher): string {
  const clean = text.replace(plain, hidden);
  return base64 ? hideRuns(clean, base64) : clean;
}

/** Hides the whole run of base64 characters around each match: its ends carry the secret's first and last bits. */
function hideRuns(text: string, core: RegExp): string {
  let clean = '';
  let done = 0;
  for (const match of text.matchAll(core)) {
    if (match.index < done) continue;
    let start = match.index;
    let end = start + match[0].length;
    while (start > done && isBase64(text, start - 1)) start--;
    while (end < text.length && isBase64(text, end)) end++;
    clean += text.slice(done, start) + hidden;
    done = end;
  }
  return clean + text.slice(done);
}

function isBase64(text: string, index: number): boolean {
  return /[A-Za-z0-9+/=_-]/.test(text.charAt(index));
}

/**
 * The characters that stand in the base64 of any text that holds the secret: a character carries six bits, so the text before
 * shifts it into one of three alignments, and only characters wholly made of the secret's bits are certain.
 */
function base64Cores(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const cores: string[] = [];
  for (const shift of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    const core = encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
    if (core.length < shortestEncoded) continue;
    cores.push(core, core.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return cores;
}

function escapeForRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
