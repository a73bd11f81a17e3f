/** Texts as nobody should write them: markup, commands to a terminal, what cannot be seen, what looks like something else. */
import fc from 'fast-check';

const PIECES = [
  ...['```', '`````', '~~~', '\n', '\r', '\r\n', '\t', '# Approved', '[click](https://evil.example)', '<img src=x>'],
  ...['**approve** – Run it\n\n```\n{ "requirement": "pay#confirmation" }\n```\n', '---', '| a |', '![i](x)', '&lt;'],
  ...['\u001b[2J', '\u001b]8;;https://evil.example\u0007', '\u009b1A', '\u0000', '\u0007', '\b', '\u007f'],
  ...['\u202e', '\u2066', '\u200f', '\u061c', '\u200b', '\u2060', '\ufeff', '\u00ad', '\u2028', '\u2029', '\u0085'],
  ...['a\u200db', '\u{e0041}\u{e0042}', '\u{e0101}', '\u3164', '\ud800', '\udc00', '😀', '👩‍👩‍👧', 'می‌خواهم', 'é'],
  ...["' OR 1=1 --", '"', '\\', '$(touch x)', '; rm -rf /', '-c', '--config', '__proto__', 'constructor', 'timeout'],
  ...['✓ Approved', '◆  Run pay?\n│  ● Yes / ○ No', 'pay#confirmation: confirmed by ann', ' ', 'x'],
];

export const hostileText = fc
  .array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...PIECES) }, fc.string({ unit: 'binary' })), {
    maxLength: 8,
  })
  .map((pieces) => pieces.join(''));

/** Any JSON with such texts in it, keys too. */
export const hostileJson = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.oneof(hostileText, fc.integer(), fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .array(fc.tuple(hostileText, tie('value')), { maxLength: 3 })
      .map((entries) => JSON.parse(JSON.stringify(Object.fromEntries(entries))) as unknown),
  ),
})).value;

/**
 * What a terminal obeys, and what a person does not see: written down a second time. Left out are what joins letters and
 * emoji, and the two signs that tell text from emoji.
 */
export const UNSEEN =
  /[\ufe00-\ufe0d\u034f\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufff8\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]|\r(?!\n)/u;
