// undici's index also loads fetch, WebSocket, caches and mocks, which nobody here uses: two thirds of what undici costs a start. These two files
// are no part of its documented interface, so its version is pinned, and a test holds them equal to what the index exports.
import buildConnector from 'undici/lib/core/connect.js';
import Pool from 'undici/lib/dispatcher/pool.js';

export { buildConnector, Pool };
