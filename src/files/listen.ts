// A server's port, with failures that say what is wrong.
import type { AddressInfo, Server } from 'node:net';
import { DuetError } from '../errors.ts';
import { errorCode } from './file-error.ts';

/**
 * Listens, and gives the port. @param port 0 for any free one. @throws DuetError when the port or host is not to be
 * had.
 */
export async function listenOn(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((done, fail) => {
    server.once('error', (error) => fail(listenError(error, port, host)));
    server.listen(port, host, done);
  });
  return (server.address() as AddressInfo).port;
}

function listenError(error: unknown, port: number, host: string): unknown {
  const code = errorCode(error);
  if (code === 'EADDRINUSE')
    return new DuetError(
      `Port ${port} is in use by another program; choose another with --port, or 0 for any free one.`,
    );
  if (code === 'EACCES') return new DuetError(`Port ${port} is not open to you; choose one above 1023 with --port.`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new DuetError(`This computer has no address "${host}"; choose another with --host.`);
  return error;
}
