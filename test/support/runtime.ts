/** The runtime of this process: it speaks of errors only. A module, since there is one for all workers of a process. */
import { DefaultLogger, Runtime } from '@temporalio/worker';

Runtime.install({ logger: new DefaultLogger('ERROR') });
