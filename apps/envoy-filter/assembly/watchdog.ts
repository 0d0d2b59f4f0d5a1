import * as env from './env';

/*
 * One event may take so long and no longer: a fixed time and some more for each byte of the body that it is about. The engine asks now and then,
 * and what runs over is ended like an exception that no script can catch.
 */
const clock: usize = memory.data(8);
let baseNs: u64 = 5_000_000_000;
let perByteNs: u64 = 0;
let deadline: u64 = 0;

export function setBudget(baseMs: f64, nsPerByte: f64): void {
  baseNs = <u64>(baseMs * 1_000_000);
  perByteNs = <u64>nsPerByte;
}
export function startWatching(bodyBytes: i32): void {
  deadline = now() + baseNs + perByteNs * <u64>(<u32>bodyBytes);
}
export function stopWatching(): void {
  deadline = 0;
}
/** QuickJS asks whether to interrupt. */
export function host_interrupt(): i32 {
  return deadline != 0 && now() > deadline ? 1 : 0;
}
function now(): u64 {
  env.proxy_get_current_time_nanoseconds(clock);
  return load<u64>(clock);
}
