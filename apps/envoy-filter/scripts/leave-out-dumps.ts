import { Buffer } from 'node:buffer';

/** `i32.load8_u` of a byte of `JSRuntime.dump_flags`, and the constant that it is compared by, which follows. */
const flags = [Buffer.from([0x2d, 0, 0xf1, 5, 0x41]), Buffer.from([0x2d, 0, 0xf2, 5, 0x41])];
const load = 0x28;
/** `nop` thrice, `drop`, `i32.const 0`, `nop`: in the place of a load of the runtime and of the load of its flags. */
const nothing = [1, 1, 1, 0x1a, 0x41, 0, 1];
const fewest = 200;

/**
 * The engine is built with dumps for those who work on it: after each operation of the interpreter, and at each value that is freed, it looks whether one
 * is wanted. None ever is here, so the flags are 0 wherever they are read, and the optimiser takes the question away: a tenth of the interpreter's loop.
 *
 * @throws Error when the binary has another form
 */
export function leaveOutDumps(engine: Uint8Array): Uint8Array<ArrayBuffer> {
  const changed = Buffer.from(engine);
  let count = 0;
  for (const pattern of flags) {
    for (let at = changed.indexOf(pattern); at !== -1; at = changed.indexOf(pattern, at + 1)) {
      const loadsRuntime = changed[at - 3] === load && changed[at - 2] === 2;
      changed.set(loadsRuntime ? nothing : nothing.slice(3), loadsRuntime ? at - 3 : at);
      count++;
    }
  }
  if (count < fewest) throw new Error('QuickJS looks for dumps in another way than this build knows');
  return new Uint8Array(changed);
}
