import { Server } from 'node:net';

/**
 * Preloaded (`--import`) into a contender that would listen on every interface and has no setting for it:
 * a benchmark must not open a port to the network. Costs nothing per request.
 */
const listen = Server.prototype.listen;
Server.prototype.listen = function (this: Server, ...given: unknown[]): Server {
  const [port, second] = given;
  const listener = given.find((argument): argument is () => void => typeof argument === 'function');
  if (typeof port !== 'number' || typeof second === 'string') return Reflect.apply(listen, this, given);
  return Reflect.apply(listen, this, [port, '127.0.0.1', listener]);
} as typeof listen;
