/** Which call a function response answers. */
interface Answered {
  id: string;
  /** The tool's name, where no call says it. */
  name: string | undefined;
}

/** Gives calls without an id one, and finds the call that a response without an id answers. */
export interface CallIds {
  call(name: string, id: string | undefined): string;
  result(name: string, id: string | undefined): Answered;
}

interface Queue {
  ids: string[];
  head: number;
}

/**
 * Ids are optional in this API; everywhere else they tie results to calls. A call without one gets `call_<n>`, the n-th call of the
 * conversation, so that the same history always has the same ids. A response without one answers the first open call of its name, else
 * the first open call.
 */
export function callIds(): CallIds {
  const names = new Map<string, string>();
  const answered = new Set<string>();
  const all: Queue = { ids: [], head: 0 };
  const byName = new Map<string, Queue>();
  let count = 0;

  function fresh(): string {
    count++;
    let id = `call_${count}`;
    for (let again = 2; names.has(id); again++) id = `call_${count}_${again}`;
    return id;
  }

  function firstOpen(queue: Queue | undefined): string | undefined {
    if (queue === undefined) return undefined;
    while (queue.head < queue.ids.length) {
      const id = queue.ids[queue.head] as string;
      if (!answered.has(id)) return id;
      queue.head++;
    }
    return undefined;
  }

  return {
    call(name, given) {
      const made = fresh();
      const id = given ?? made;
      names.set(id, name);
      answered.delete(id);
      let queue = byName.get(name);
      if (queue === undefined) {
        queue = { ids: [], head: 0 };
        byName.set(name, queue);
      }
      queue.ids.push(id);
      all.ids.push(id);
      return id;
    },
    result(name, given) {
      const id = given ?? firstOpen(byName.get(name)) ?? firstOpen(all) ?? fresh();
      answered.add(id);
      return { id, name: names.get(id) === name ? undefined : name };
    },
  };
}
