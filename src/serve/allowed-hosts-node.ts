// Clips that a request names by URL: from hosts that the operator allowed, over HTTP or HTTPS, and from no address that
// is this machine's or its network's own unless the operator named that address itself.
import { lookup } from 'node:dns';
import { type ClientRequest, get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { BlockList, isIP } from 'node:net';
import { DuetError, messageOf } from '../errors.ts';
import { problem } from './problem.ts';

export type AllowedHosts = {
  /** Host names and addresses, with a port where it is not the scheme's own. */
  readonly names: readonly string[];
  /** Whether a name may stand for a private address, such as that of a service in the same cluster. */
  readonly mayBePrivate: boolean;
};

const privateAddresses = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  privateAddresses.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  privateAddresses.addSubnet(network, bits, 'ipv6');

/** Whether an address is this machine's, its network's or nobody's. An IPv4 address in IPv6 counts as itself. */
export function isPrivateAddress(address: string): boolean {
  const kind = isIP(address);
  return kind === 0 || privateAddresses.check(address, kind === 4 ? 'ipv4' : 'ipv6');
}

/** An option's value as `URL` writes hosts. @throws DuetError for what is no host. */
export function hostName(given: string): string {
  const url = parsed(`http://${given}`);
  if (!url || url.host === '' || `${url.pathname}${url.search}${url.username}` !== '/')
    throw new DuetError(`"${given}" is no host to allow; write one such as media.example.org or 10.0.0.7:8080.`);
  return url.host;
}

const mostRedirects = 5;
const connectMs = 15_000;

/** The body of a clip's URL. @throws a problem for a URL that is not allowed, and for an answer that is no clip. */
export async function openUrl(asked: string, hosts: AllowedHosts, signal: AbortSignal): Promise<IncomingMessage> {
  if (hosts.names.length === 0)
    throw problem(403, 'This server fetches no URLs; upload the file, or have it started with --allow-url.');
  let url = checkedUrl(asked, hosts);
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const response = await request(url, hosts, signal);
    const { statusCode: status = 0, headers } = response;
    if (status === 200) return response;
    response.destroy();
    if (![301, 302, 303, 307, 308].includes(status) || headers.location === undefined)
      throw problem(502, `${url.host} answered with the status ${status}; check the URL.`);
    const next = parsed(headers.location, url);
    if (!next) throw problem(502, `${url.host} redirects to what is no URL.`);
    url = checkedUrl(next.href, hosts);
  }
  throw problem(502, `${url.host} redirects more than ${mostRedirects} times.`);
}

function checkedUrl(text: string, { names }: AllowedHosts): URL {
  const url = parsed(text);
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '')
    throw problem(400, 'The URL must be one of http or https, without a user name.');
  if (!names.includes(url.host)) throw problem(403, 'That host is not one that this server may fetch from.');
  return url;
}

function request(url: URL, { mayBePrivate }: AllowedHosts, signal: AbortSignal): Promise<IncomingMessage> {
  const get = url.protocol === 'https:' ? getHttps : getHttp;
  return new Promise((resolve, reject) => {
    const failed = (error: unknown) =>
      reject(
        signal.aborted ? signal.reason : problem(502, `${url.host} cannot be fetched from (${messageOf(error)}).`),
      );
    // A new connection each time: one that is kept would go by an earlier look-up.
    const options = { agent: false as const, signal, headers: { 'User-Agent': 'duet' } };
    const sent: ClientRequest = get(
      url,
      {
        ...options,
        // What the name stands for is checked where the connection takes it, so that it cannot change in between.
        lookup: (name, about, found) =>
          lookup(name, { ...about, all: true }, (error, addresses) => {
            const open = mayBePrivate ? addresses : addresses?.filter(({ address }) => !isPrivateAddress(address));
            const [first] = open ?? [];
            if (error || !first) return found(error ?? new Error('its address is private'), '', 4);
            if (about.all) return found(null, open);
            return found(null, first.address, first.family);
          }),
      },
      resolve,
    );
    sent.setTimeout(connectMs, () => sent.destroy(new Error('no answer in time')));
    sent.on('error', failed);
  });
}

function parsed(text: string, base?: URL): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
