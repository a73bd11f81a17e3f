import { proxyAgents, step, workflow } from 'holdpoint/workflow';
import type * as activities from './activities.ts';

const { forecaster } = proxyAgents<typeof activities.agents>();

export const weather = workflow<string>({
  name: 'weather',
  steps: [step({ name: 'advise', agent: forecaster, humanReview: { timeout: '1 hour', onTimeout: 'reject' } })],
});
