/** Whatever is typed: a command runs with what was meant, or one sentence says what is wrong with the line. */
import { Command, CommanderError } from 'commander';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DECISIONS, type DecideOptions, type DecisionName } from '../../../client/cli/decide.ts';
import { CliError, errorJson, EXIT, exitCodeOf } from '../../../client/cli/exit.ts';
import { jsonOrText, timeoutOf } from '../../../client/cli/given.ts';
import { registerClientCommands } from '../../../client/cli/register.ts';
import { hostileText } from '../../support/hostile-text.ts';

/** Lines that were taken, and would have talked to a server. */
let taken = 0;

/** The commands, up to the server: what they read of the line is read. */
function program(): Command {
  const command = new Command('holdpoint').exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} });
  registerClientCommands(command);
  for (const each of command.commands) {
    each.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} });
    each.action(() => {
      const options: DecideOptions & { readonly input?: string } = each.opts();
      const name = each.name();
      if (name in DECISIONS) DECISIONS[name as DecisionName](options);
      if (options.input !== undefined) jsonOrText('--input', options.input);
      timeoutOf(options.timeout);
      taken += 1;
    });
  }
  return command;
}

const COMMANDS = program().commands.map((each) => each.name());
const OPTIONS = [...new Set(program().commands.flatMap((each) => each.options.map(({ long }) => long!)))];

const word = fc.oneof(
  hostileText,
  fc.constantFrom(...OPTIONS, ...COMMANDS, '--', '-', '@', '@/', '@@x', '@no/such/file', '@\0', '{}', '[1]', '{"a":1}'),
  fc.constantFrom('0', '1', '-1', '1e3', '0x10', 'NaN', ' ', '1 day', '30s', '9'.repeat(400), '{"__proto__":{"x":1}}'),
);
const line = fc.oneof(
  fc.array(word, { maxLength: 6 }),
  fc.tuple(fc.constantFrom(...COMMANDS), fc.array(word, { maxLength: 6 })).map(([name, words]) => [name, ...words]),
  fc
    .tuple(
      fc.constantFrom(...COMMANDS),
      hostileText,
      fc.array(fc.tuple(fc.constantFrom(...OPTIONS), word), { maxLength: 3 }),
    )
    .map(([name, run, options]) => [name, ...options.flat(), '--', run]),
);

test('every line is taken, or refused with a sentence and an exit code', async () => {
  expect(COMMANDS.length).toBeGreaterThan(10);
  const property = fc.asyncProperty(line, async (words) => {
    // `@-` would wait for somebody to type.
    const error: unknown = await program()
      .parseAsync(
        words.filter((each) => each !== '@-'),
        { from: 'user' },
      )
      .then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
    if (error === undefined) return;
    expect(error instanceof CommanderError || error instanceof CliError, String(error)).toBe(true);
    expect((error as Error).message.length).toBeGreaterThan(5);
    if (error instanceof CliError) {
      expect(exitCodeOf(error)).toBe(EXIT.usage);
      expect(errorJson(error)).toMatchObject({ error: { type: 'holdpoint.Usage', exitCode: EXIT.usage } });
    }
  });
  await fc.assert(property, { numRuns: 600 });
  expect(taken).toBeGreaterThan(10);
  expect(({} as { x?: unknown }).x).toBeUndefined();
});
