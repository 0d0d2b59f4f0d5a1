import * as env from './env';
/* One event may take a fixed time, and more for each byte of its body. The engine asks now and then, and what runs over ends like an exception
 * that no script can catch. Time counts from its first question: most events are over before, and never look at the clock. */
const clock: usize = memory.data(8);
let baseNs: u64 = 5_000_000_000, perByteNs: u64 = 0, budget: u64 = 0, deadline: u64 = 0;
export function setBudget(baseMs: f64, nsPerByte: f64): void { baseNs = <u64>(baseMs * 1_000_000); perByteNs = <u64>nsPerByte; }
export function startWatching(bodyBytes: i32): void { budget = baseNs + perByteNs * <u64>(<u32>bodyBytes); deadline = 0; }
/** QuickJS asks whether to interrupt. */
export function host_interrupt(): i32 {
  env.proxy_get_current_time_nanoseconds(clock);
  const now = load<u64>(clock);
  if (deadline == 0) deadline = now + budget;
  return now > deadline ? 1 : 0;
}
