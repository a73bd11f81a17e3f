/** Before each file with a server. One process runs many of them, and none may see what the one before has stubbed. */
import { vi } from 'vitest';
import './runtime.ts'; // Before a worker makes one of its own.

vi.unstubAllEnvs();
