/* The numbers that the two sides know each other by. Both compilers read this file, AssemblyScript's and TypeScript's: it holds constants alone. */

/** What Envoy tells the script: first argument of `__pluginEvent`. */
// biome-ignore format: one line for each kind
export const eventContext = 0, eventConfigure = 1,
  eventRequestHeaders = 2, eventRequestBody = 3, eventRequestTrailers = 4,
  eventResponseHeaders = 5, eventResponseBody = 6, eventResponseTrailers = 7,
  eventCallReply = 8, eventLog = 10, eventDelete = 11;
/** What the shim tells it: the event before was ended by force, or threw. */
export const eventFailure = 9;

/** What the script asks of Envoy or of the engine: first argument of `__host`. */
// biome-ignore format: one line for each kind
export const hostLog = 0, hostProperty = 12, hostSetProperty = 13, hostSharedData = 14, hostSharedVersion = 25, hostSetSharedData = 15,
  hostHeaders = 1, hostSetHeaders = 2, hostBuffer = 3, hostSetBuffer = 4,
  hostLocalReply = 5, hostCall = 6, hostContinue = 7, hostClose = 8, hostSetContext = 20,
  hostDefineMetric = 9, hostAddToMetric = 10, hostRecordMetric = 11,
  hostRandomBytes = 16, hostDecode = 17, hostEncode = 18, hostParseJson = 19, hostScanMembers = 23, hostWriteJson = 24,
  hostSetLimits = 21, hostMemoryBytes = 22;
