/** An agent that advises walkers. What costs nothing it may call; for what costs more than a few cents, it has to ask. */
import { agent, tool } from 'holdpoint/activities';
import { z } from 'zod';
import { modelOr } from '../model.ts';

const model = modelOr([
  { toolCalls: [{ toolName: 'currentWeather', args: { city: 'Lisbon' } }] },
  { toolCalls: [{ toolName: 'hourlyForecast', args: { city: 'Lisbon', hours: 24 } }] },
  ({ toolResults }) => {
    const forecast = toolResults.at(-1);
    return typeof forecast === 'string'
      ? `It is dry now; what comes I do not know: ${forecast}`
      : 'Walk in the morning. From three in the afternoon on it rains.';
  },
]);

const currentWeather = tool({
  description: 'The weather in a city now. Free.',
  inputSchema: z.object({ city: z.string() }),
  execute: ({ city }) => ({ city, sky: 'clouds', celsius: 17 }),
});

const hourlyForecast = tool({
  description: 'The weather in a city, hour by hour, from now on. Costs EUR 0.02 an hour.',
  inputSchema: z.object({ city: z.string(), hours: z.number().int().min(1).max(48) }),
  requiresConfirmation: ({ hours }) => hours > 6,
  execute: ({ city, hours }, { by = 'nobody' }) => {
    console.log(`  * bought ${hours} hours for ${city}, EUR ${(hours * 0.02).toFixed(2)}; ${by} was asked`);
    return { city, hours, rain: hours > 6 ? 'from 15:00 to 19:00' : 'none' };
  },
});

export const agents = {
  forecaster: agent({
    model,
    instructions: 'Say in two sentences when to walk. Look at the weather now, then at the hours of the next day.',
    tools: { currentWeather, hourlyForecast },
  }),
};
