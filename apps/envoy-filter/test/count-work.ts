import { startCounting, workCases } from './support/work-of.ts';

/* Prints what the built filter does for some exchanges, in thousands of instructions. An argument names another module to count in. */
const count = startCounting(process.argv[2]);
const thousands = (work: number): string => String(Math.round(work / 1000)).padStart(8);

console.log(`${'thousand instructions'.padEnd(40)} request  answer`);
for (const name of Object.keys(workCases) as (keyof typeof workCases)[]) {
  const { request, answer } = count(name);
  console.log(name.padEnd(40) + thousands(request) + thousands(answer));
}
