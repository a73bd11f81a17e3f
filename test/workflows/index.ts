/** Every workflow of the tests with a server, in one bundle: each file is about one thing. */
export * from './skeleton.ts';
export * from './client-runs.ts';
export * from './nesting.ts';
export * from './timers.ts';
export * from './invariants.ts';
