/** An agent with a tool that holdpoint does not run: the builds happen on machines of their own. */
import { agent, tool } from 'holdpoint/activities';
import { z } from 'zod';
import { modelOr } from '../model.ts';

const build = tool({
  description: 'Builds a version for one platform and tests it. Takes hours.',
  inputSchema: z.object({ version: z.string(), platform: z.enum(['linux', 'macos']) }),
  externalExecution: true,
});

const model = modelOr([
  ({ user }) => ({ toolCalls: [{ toolName: 'build', args: { version: user, platform: 'linux' } }] }),
  ({ user }) => ({ toolCalls: [{ toolName: 'build', args: { version: user, platform: 'macos' } }] }),
  ({ toolResults: [linux, macos] }) => `linux ${JSON.stringify(linux)}, macos ${JSON.stringify(macos)}`,
]);

export const agents = {
  releaser: agent({
    model,
    instructions: 'Build the version for linux, then for macos. Then say in one sentence what came of it.',
    tools: { build },
  }),
};
