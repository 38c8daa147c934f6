export type { Output } from './cli/output.ts';
export { runCommandLine } from './cli/run.ts';
export { foundDemo } from './demo/found.ts';
export { publishedKey } from './demo/published-components.ts';
export { custodians } from './demo/ceremony.ts';
export { openSandbox, SANDBOX_MERCHANT, type Sandbox } from './demo/sandbox.ts';
export { type Configuration, readConfiguration } from './installation/configuration.ts';
export { type Installation, startInstallation } from './installation/installation.ts';
export { runStart } from './start/run.ts';
