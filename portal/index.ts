export { type DemoUser, type Portal, type PortalOptions, startPortal } from './gate/portal.ts';
export { type ResidentDesk, type ResidentDeskOptions, startResidentDesk } from './resident-desk/desk.ts';
