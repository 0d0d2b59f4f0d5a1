export { codecs, repeatable } from './codecs.ts';
