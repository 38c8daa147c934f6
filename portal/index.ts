export { type DemoUser, type Portal, type PortalOptions, startPortal } from './gate/portal.ts';
