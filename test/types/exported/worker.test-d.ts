/** What `holdpoint/worker` gives, exported with its inferred type: see test/demo/docs.test.ts. */
import { bundleWorkflows, createWorker, encryptedDataConverter, fileStorage, holdpointPlugin } from 'holdpoint/worker';
import { loadConfig, type PauseNotification, resolveBinary, startDevServer } from 'holdpoint/worker';
import { storedDataConverter, webhook } from 'holdpoint/worker';

export const worker = async () => createWorker({ workflowsPath: '/workflows.ts' });
export const bundle = async () => bundleWorkflows({ workflowsPath: '/workflows.ts' });
export const plugin = () => holdpointPlugin();
export const hook = () => webhook({ url: 'https://example.com', secret: '' });
export const requirement = (of: PauseNotification) => of.requirement;
export const fieldsOfNotification = (of: PauseNotification) => ({ ...of, ...of.requirement });
export const server = async () => startDevServer();
export const binary = async () => resolveBinary('cli');
export const config = async () => loadConfig();
export const fieldsOfConfig = async () => ({ ...(await loadConfig()) });
export const encrypted = async () => encryptedDataConverter({ keys: [] });
export const stored = () => storedDataConverter({ folder: '/payloads' });
export const files = () => fileStorage('/payloads');
