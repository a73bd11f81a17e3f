/** Text as Python writes it: the observed contents come from agno's `json.dumps` and `str`. Pure, for both sides. */

/** `json.dumps(value)`: a space after `:` and `,`, everything but ASCII escaped. */
export function pyJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pyJson).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${entries(value)
      .map(([key, entry]) => `${asciiJson(key)}: ${pyJson(entry)}`)
      .join(', ')}}`;
  }
  if (typeof value === 'number') return pyNumber(value);
  return typeof value === 'string' ? asciiJson(value) : (JSON.stringify(value) ?? 'null');
}

/** `str(value)`. */
export function pyStr(value: unknown): string {
  return typeof value === 'string' ? value : pyRepr(value);
}

/** Where a value may begin in what an agent is asked: a section, a preference, a paragraph. */
const BEFORE_VALUE = /(\n*=== [^\n]* ===\n|\n- [^\n:]+: |\n\n)/;

/** What an agent is asked, with its values in Python's words where it has them as JSON. A list of texts alone is lines to agno. */
export function askedInPython(text: string): string {
  const value = jsonValue(text);
  const isLines = Array.isArray(value) && value.length > 0 && value.every((entry) => typeof entry === 'string');
  return isLines ? value.join('\n') : text.split(BEFORE_VALUE).map(inPython).join('');
}

function inPython(text: string): string {
  const value = jsonValue(text);
  return value === undefined || typeof value === 'string' ? text : pyStr(value);
}

function jsonValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function pyRepr(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(pyRepr).join(', ')}]`;
  if (typeof value === 'number') return pyNumber(value);
  if (typeof value !== 'object') return String(value);
  return `{${entries(value)
    .map(([key, entry]) => `${quoted(key)}: ${pyRepr(entry)}`)
    .join(', ')}}`;
}

/** Python turns to an exponent earlier, and gives it two digits. (Whether 2 was 2.0 in JSON, JavaScript does not know.) */
function pyNumber(value: number): string {
  const text = value !== 0 && Math.abs(value) < 1e-4 ? value.toExponential() : String(value);
  return text.replace(/(?<=e[+-])\d$/, (digit) => `0${digit}`);
}

function entries(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, entry]) => entry !== undefined);
}

function asciiJson(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\uffff]/g, (char) => `\\u${hex(char, 4)}`);
}

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll(quote, `\\${quote}`)
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replace(/[\p{Cc}]/gu, (char) => `\\x${hex(char, 2)}`);
  return `${quote}${escaped}${quote}`;
}

function hex(char: string, digits: number): string {
  return char.charCodeAt(0).toString(16).padStart(digits, '0');
}
