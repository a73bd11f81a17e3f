/**
 * The signals and the query of a run. A signal's argument is taken undecoded and decoded here, because a payload that
 * cannot be decoded would otherwise fail the workflow task, and every retry of it (H4).
 */
import { defaultPayloadConverter, type RawValue, rawValueTypeInfo, type TypeInfo } from '@temporalio/common';
import { defineQuery, defineSignal, setHandler } from '@temporalio/workflow';
import { deepFreeze } from '../define/json.ts';
import type { RunOutput } from '../protocol/run-output.ts';
import { CONTINUE_RUN, PEOPLE_SIGNALS, RUN_QUERY } from '../protocol/signals.ts';
import { activator } from './activator.ts';
import type { Desk } from './desk.ts';

const CONTINUE_DESCRIPTION =
  'Several answers at once, as the client sends them. Example: {"decisionId":"any unique text","by":"you","decisions":[{"requirement":"step#confirmation","action":"confirm"}]}';

/** Every argument stays undecoded, however many are sent: the SDK looks up the type of each by its index. */
const ALL_RAW = new Proxy<TypeInfo[]>([], {
  get: (list, key) => (typeof key === 'string' && /^\d+$/.test(key) ? rawValueTypeInfo : Reflect.get(list, key)),
});

/** Made once for all runs: they are the same for each. */
const SIGNALS = [
  door(CONTINUE_RUN, CONTINUE_DESCRIPTION),
  ...Object.entries(PEOPLE_SIGNALS).map(([signal, { takes, example }]) =>
    door(signal, `${takes}. Example: ${JSON.stringify(example)}`),
  ),
];
const RUN = defineQuery<RunOutput>(RUN_QUERY);

/** Opens the doors of a run. */
export function installHandlers(desk: Desk, runOutput: () => RunOutput): void {
  const open = ({ definition, options }: (typeof SIGNALS)[number]) => {
    const { name } = definition;
    const take = (...raws: RawValue[]) => desk.receive(name, raws.length === 1 ? decode(raws[0]!) : undefined);
    setHandler(definition, take, options);
  };
  // What was sent before this execution began, the SDK hands to each door as it opens. The first answer wins (H3), and not
  // the first door: so it is handed over when all are open, by the last one.
  const early = activator()?.bufferedSignals ?? [];
  const sent = early.splice(0);
  SIGNALS.forEach(open);
  early.push(...sent);
  open(SIGNALS.at(-1)!);
  setHandler(RUN, runOutput, {
    description: 'The full run output: status, step results, and every requirement with what became of it.',
  });
}

function door(signal: string, description: string) {
  return {
    definition: defineSignal<RawValue[]>(signal, { typeInfo: { inputTypes: ALL_RAW } }),
    options: { description },
  };
}

/** The decoded argument; `undefined` where nobody can read it, which is then refused as malformed. */
function decode(raw: RawValue): unknown {
  try {
    return deepFreeze(defaultPayloadConverter.fromPayload(raw.payload));
  } catch {
    return undefined;
  }
}
