import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

export interface ProcessSample {
  /** User and system time of all threads since the process began, in µs. */
  readonly cpuMicroseconds: number;
  readonly rssBytes: number;
}

/**
 * On Linux from `/proc`: the scheduler's own account of each thread (nanoseconds), else `stat` (all threads, ticks of 10 ms).
 * Node keeps its threads for life, so none is lost from the sum. Elsewhere from `ps`, which knows hundredths of a second at best.
 * Throws when there is no such process.
 */
export function sampleProcess(pid: number): ProcessSample {
  if (process.platform !== 'linux') return fromPs(pid);
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return {
    cpuMicroseconds: scheduledMicroseconds(pid) ?? ticks(readFileSync(`/proc/${pid}/stat`, 'utf8')) * 10_000,
    rssBytes: Number(resident?.[1] ?? Number.NaN) * 1024,
  };
}

/** What all processes have used together since the machine began, in µs. */
export function machineMicroseconds(): number {
  let milliseconds = 0;
  for (const { times } of cpus()) milliseconds += times.user + times.nice + times.sys + times.irq;
  return milliseconds * 1000;
}

/** Absent where the kernel was built without scheduler statistics. */
function scheduledMicroseconds(pid: number): number | undefined {
  try {
    let nanoseconds = 0;
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ', 1)[0]);
    }
    return nanoseconds > 0 ? nanoseconds / 1000 : undefined;
  } catch {
    return undefined;
  }
}

/** `utime + stime`, fields 14 and 15 of proc_pid_stat(5). The second field is the command in parentheses and may contain spaces. */
export function ticks(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

function fromPs(pid: number): ProcessSample {
  const [time = '', kilobytes = ''] = execFileSync('ps', ['-o', 'time=,rss=', '-p', String(pid)], { encoding: 'utf8' })
    .trim()
    .split(/\s+/);
  return { cpuMicroseconds: psSeconds(time) * 1_000_000, rssBytes: Number(kilobytes) * 1024 };
}

/** `[[days-]hours:]minutes:seconds[.hundredths]` in seconds. */
export function psSeconds(time: string): number {
  const [clock = '', days = '0'] = time.split('-').reverse();
  let seconds = 0;
  for (const part of clock.split(':')) seconds = seconds * 60 + Number(part);
  return Number(days) * 86_400 + seconds;
}
