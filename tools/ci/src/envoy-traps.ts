const trap = /Function: \w+ failed|Uncaught RuntimeError|in-VM backtrace|wasm (trap|unreachable)/i;

/** The lines of an Envoy's log that tell that a filter's virtual machine was ended by force, which no request may ever bring about. */
export const trapsIn = (log: string): string[] => log.split('\n').filter((line) => trap.test(line));
