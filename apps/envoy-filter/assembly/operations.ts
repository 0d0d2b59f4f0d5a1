/*
 * The numbers that the two sides of the filter know each other by. This file is read by both compilers, AssemblyScript's and TypeScript's, so it
 * holds nothing but constants.
 */

/** What Envoy tells the script: first argument of `__pluginEvent`. */
export const eventContext = 0;
export const eventConfigure = 1;
export const eventRequestHeaders = 2;
export const eventRequestBody = 3;
export const eventRequestTrailers = 4;
export const eventResponseHeaders = 5;
export const eventResponseBody = 6;
export const eventResponseTrailers = 7;
export const eventCallReply = 8;
export const eventLog = 9;
export const eventDelete = 10;

/** What the script asks of Envoy or of the engine: first argument of `__host`. */
export const hostLog = 0;
export const hostHeaders = 1;
export const hostSetHeaders = 2;
export const hostBuffer = 3;
export const hostSetBuffer = 4;
export const hostLocalReply = 5;
export const hostCall = 6;
export const hostContinue = 7;
export const hostClose = 8;
export const hostDefineMetric = 9;
export const hostAddToMetric = 10;
export const hostRecordMetric = 11;
export const hostProperty = 12;
export const hostSetProperty = 13;
export const hostSharedData = 14;
export const hostSetSharedData = 15;
export const hostRandomBytes = 16;
export const hostDecode = 17;
export const hostEncode = 18;
export const hostParseJson = 19;
export const hostSetContext = 20;
export const hostSetLimits = 21;
export const hostMemoryBytes = 22;
