/** Whether whoever started this process has given V8 an option of such a name, on the command line or in `NODE_OPTIONS`. */
export const isV8OptionGiven = (name: RegExp): boolean =>
  [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].some((word) => name.test(word));
