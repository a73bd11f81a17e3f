/** A team: a leader who delegates, a searcher who may spend money if a person agrees, a writer; and an archivist beside. */
import { agent, team, tool } from 'holdpoint/activities';
import { z } from 'zod';
import { modelOr } from '../model.ts';

const articles = [
  { id: 'A1', title: 'A day in the life of a lighthouse', euros: 0, text: 'The keeper lit the lamp at dusk.' },
  { id: 'A2', title: 'The sun valve', euros: 12, text: 'From 1907 on, a valve lit the lamp at dusk by itself.' },
];

const searchArchive = tool({
  description: 'Finds articles: id, title and price.',
  inputSchema: z.object({ words: z.string() }),
  execute: () => articles.map(({ id, title, euros }) => ({ id, title, euros })),
});

const buyArticle = tool({
  description: 'Buys an article and gives its text.',
  inputSchema: z.object({ id: z.string(), euros: z.number() }),
  requiresConfirmation: ({ euros }) => euros > 0,
  execute: ({ id }, { by = 'nobody' }) => {
    const article = articles.find((each) => each.id === id);
    if (!article) throw new Error(`there is no article ${id}`);
    console.log(`  * bought ${id} for EUR ${article.euros}; ${by} was asked`);
    return article;
  },
});

const searcher = agent({
  description: 'Finds and buys articles',
  model: modelOr([
    { toolCalls: [{ toolName: 'searchArchive', args: { words: 'lighthouse keeper' } }] },
    { toolCalls: [{ toolName: 'buyArticle', args: { id: 'A2', euros: 12 } }] },
    ({ toolResults }) => {
      const bought = toolResults.at(-1);
      return typeof bought === 'string' ? `Not bought: ${bought}` : (bought as { text: string }).text;
    },
  ]),
  instructions: 'Search the archive, buy the one article that fits best, and give its text.',
  tools: { searchArchive, buyArticle },
});

const writer = agent({
  description: 'Writes one plain sentence',
  model: modelOr([({ user }) => (user.includes('valve') ? 'A valve took the keepers’ place.' : 'Nobody knows why.')]),
  instructions: 'Write one plain sentence from what you are given, and nothing that is not in it.',
});

const leader = modelOr([
  delegation('searcher', 'Why do lighthouses have no keepers any more?'),
  ({ toolResults: [found] }) => delegation('writer', `Write a sentence from this: ${found as string}`),
  ({ toolResults: [, sentence] }) => sentence as string,
]);

function delegation(member: string, task: string) {
  return { toolCalls: [{ toolName: 'delegate_task_to_member', args: { member_id: member, task } }] };
}

const research = team({
  model: leader,
  instructions: 'Let the searcher find the facts, then the writer write. Answer with what the writer wrote.',
  members: { searcher, writer },
});

const archivist = agent({
  model: modelOr([({ user }) => ({ say: { title: 'Lighthouses', summary: user, words: ['lighthouse', 'valve'] } })]),
  instructions: 'File this text.',
  outputSchema: z.object({ title: z.string(), summary: z.string(), words: z.array(z.string()) }),
});

export const agents = { research, archivist };
