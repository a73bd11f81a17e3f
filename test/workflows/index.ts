/** Every workflow of the tests with a server, in one bundle: each file is about one thing. */
export * from './skeleton.ts';
export * from './client-runs.ts';
export * from './nesting.ts';
export * from './timers.ts';
export * from './invariants.ts';
export * from './crash.ts';
export * from './answers.ts';
export * from './hostile.ts';
export * from './replay.ts';
export * from './errors.ts';
export * from './data-flow.ts';
export * from './agno-differences.ts';
export * from './published.ts';
export * from './executors.ts';
export * from './cost.ts';
export * from './long.ts';
export * from './large.ts';
