export type { Guest, GuestHost } from './guest.ts';
export { createGuest } from './guest.ts';
