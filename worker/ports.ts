/** Ports of this machine. */
import { type AddressInfo, connect, createServer } from 'node:net';

export async function freePort(host: string): Promise<number> {
  const port = await listen(0, host);
  if (port === undefined) throw new Error(`There is no free port on ${host}.`);
  return port;
}

export async function isFree(port: number, host: string): Promise<boolean> {
  return (await listen(port, host)) !== undefined;
}

/** Whether anything accepts connections at `host:port`. */
export function listens(address: string): Promise<boolean> {
  const [host = '', port] = address.split(/:(?=\d+$)/);
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port), timeout: 1_000 });
    const answer = (listening: boolean) => {
      socket.destroy();
      resolve(listening);
    };
    socket
      .once('connect', () => answer(true))
      .once('error', () => answer(false))
      .once('timeout', () => answer(false));
  });
}

/** Listens for a moment; the port that it was, or `undefined` when something else has it. */
function listen(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(new Error(`Port ${port} of ${host} cannot be used: ${error.message}`));
    });
    server.listen(port, host, () => {
      const { port: got } = server.address() as AddressInfo;
      server.close(() => resolve(got));
    });
  });
}
