/** `npm run soak`: 500 runs; `npm run soak -- 2000 7`: so many, of this seed. Exits 1 where something is not as it must be. */
import { fileURLToPath } from 'node:url';
import { soak } from './soak.ts';

const [runs = 500, seed = Math.floor(Math.random() * 1e6)] = process.argv.slice(2).map(Number);
const worker = ['--import', 'tsx', fileURLToPath(new URL('worker.ts', import.meta.url))];
console.log(`${runs} runs, seed ${seed}`);
const problems = await soak({ runs, seed, worker, limitMs: 60_000 + runs * 2_000, log: console.log });
for (const problem of problems) console.log(problem);
console.log(problems.length === 0 ? 'All is as it must be.' : `${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
