import { describe, expect, it } from 'vitest';
import { activityRef, proxyActivities, proxyLocalActivities } from '../../../workflows/define/activity-ref.ts';

interface Activities {
  fetchData(url: string): Promise<string>;
}
const options = { startToCloseTimeout: '1 minute' } as const;

describe('activity references', () => {
  it('know name, options and kind', () => {
    const { fetchData } = proxyActivities<Activities>(options);
    expect(activityRef(fetchData)).toEqual({ local: false, name: 'fetchData', options });
    expect(fetchData.name).toBe('fetchData');
    expect(activityRef(proxyLocalActivities<Activities>(options).fetchData)).toMatchObject({ local: true, options });
  });

  it('are the same function each time, so that a router can compare them', () => {
    const activities = proxyActivities<Activities>(options);
    expect(activities.fetchData).toBe(activities.fetchData);
  });

  it('are told from all other values', () => {
    for (const value of [() => 'x', 'fetchData', undefined, null, {}]) expect(activityRef(value)).toBeUndefined();
  });

  it('need a timeout, as with Temporal', () => {
    const forgotten = 'the options need a timeout, like { startToCloseTimeout';
    expect(() => proxyActivities<Activities>({})).toThrow(`proxyActivities: ${forgotten}`);
    expect(() => proxyLocalActivities<Activities>({})).toThrow(`proxyLocalActivities: ${forgotten}`);
    // @ts-expect-error what is no TypeScript may forget them as a whole
    expect(() => proxyActivities<Activities>()).toThrow(forgotten);
    expect(() => proxyActivities<Activities>({ scheduleToCloseTimeout: '1 hour' })).not.toThrow();
  });

  it('cannot be called outside a run', async () => {
    const { fetchData } = proxyActivities<Activities>(options);
    await expect(async () => fetchData('x')).rejects.toThrow(/[Ww]orkflow/);
  });
});
