#!/usr/bin/env node
// TypeScript is run as it is, so the command first registers the loader.
import { register } from 'tsx/esm/api';

register();
await import('../cli/main.ts');
