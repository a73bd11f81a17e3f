/** The model of the examples: a real one where the environment names it, else one that says what its script says. */
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { Model } from 'holdpoint/activities';
import { type Script, ScriptedModel } from 'holdpoint/testing';

const { OPENAI_API_KEY: key, OPENAI_BASE_URL: url, OPENAI_MODEL: name } = process.env;
const realName = key || url ? name || 'gpt-5.4-mini' : undefined;

/** For people. */
export const modelName = realName ?? 'a script (OPENAI_API_KEY or OPENAI_BASE_URL makes it a real one)';

export function modelOr(script: Script): Model {
  if (realName === undefined) return new ScriptedModel(script);
  const provider = createOpenAICompatible({
    name: 'openai',
    baseURL: url || 'https://api.openai.com/v1',
    ...(key ? { apiKey: key } : {}),
    // Without it, the model is not told the shape that `outputSchema` asks for.
    supportsStructuredOutputs: true,
  });
  return provider(realName);
}
