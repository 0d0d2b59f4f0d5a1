/** What an exchange holds in memory: the client's body, what is sent upstream, an answer being read, output that the client has not taken yet. */
export type MemoryPart = 'request' | 'upstream' | 'answer' | 'output';

/** Who holds memory. */
export interface MemoryOwner {
  /** Gives up the exchange. */
  shed(): void;
}

/** What one exchange holds, in bytes. */
export interface MemoryAccount {
  readonly budget: MemoryBudget;
  request: number;
  upstream: number;
  answer: number;
  output: number;
  open: boolean;
  /** Who gives up the exchange to free its memory; undefined while it cannot be given up. */
  owner: MemoryOwner | undefined;
}

/** A bound on what all exchanges of a process hold together. */
export interface MemoryBudget {
  readonly limit: number;
  used: number;
  readonly accounts: Set<MemoryAccount>;
}

/** @param limit bytes */
export const createMemoryBudget = (limit: number): MemoryBudget => ({ limit, used: 0, accounts: new Set() });

/** Opens the account of one exchange. It must be closed at the exchange's end. */
export function openAccount(budget: MemoryBudget): MemoryAccount {
  const account: MemoryAccount = { budget, request: 0, upstream: 0, answer: 0, output: 0, open: true, owner: undefined };
  budget.accounts.add(account);
  return account;
}

/**
 * Says how many bytes a part of an exchange is now. Above the limit the biggest exchange that can be given up is given up; that may be
 * this one, so the caller must look whether its exchange is still alive.
 */
export function holdBytes(account: MemoryAccount, part: MemoryPart, bytes: number): void {
  if (!account.open) return;
  const { budget } = account;
  const grows = bytes > account[part];
  budget.used += bytes - account[part];
  account[part] = bytes;
  if (grows && budget.used > budget.limit) shedBiggest(budget);
}

/** Gives everything back. What is said of the account later changes nothing. */
export function closeAccount(account: MemoryAccount): void {
  if (!account.open) return;
  account.open = false;
  account.owner = undefined;
  account.budget.used -= sizeOf(account);
  account.budget.accounts.delete(account);
}

const sizeOf = ({ request, upstream, answer, output }: MemoryAccount): number => request + upstream + answer + output;

function shedBiggest(budget: MemoryBudget): void {
  let biggest: MemoryAccount | undefined;
  for (const account of budget.accounts) {
    if (account.owner !== undefined && (biggest === undefined || sizeOf(account) > sizeOf(biggest))) biggest = account;
  }
  const owner = biggest?.owner;
  if (biggest === undefined || owner === undefined) return;
  biggest.owner = undefined;
  owner.shed();
}
