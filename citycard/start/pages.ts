import { join } from 'node:path';
import { startPortal, startResidentDesk } from '@citycard/portal';
import { demoUsers } from '../demo/demo-users.ts';
import type { Credentials } from '../demo/people.ts';
import type { Configuration } from '../installation/configuration.ts';
import type { Installation } from '../installation/installation.ts';

export interface Pages {
  /** For staff and participants. */
  readonly portalUrl: string;
  /** For residents. */
  readonly residentUrl: string;
  stop(): Promise<void>;
}

/**
 * Serves the pages of a demo beside its services. The page of signing in shows the demo's people.
 *
 * @throws CityCardError `http.port-in-use`
 */
export async function startPages(
  configuration: Configuration,
  installation: Installation,
  people: Credentials,
): Promise<Pages> {
  const { host, varDirectory } = configuration;
  const { baseUrl: serviceUrl, db, logger } = installation;
  const portal = await startPortal({
    host,
    port: configuration.portalPort,
    serviceUrl,
    logger,
    sessionKeyFile: join(varDirectory, 'portal', 'session.key'),
    demoUsers: () => demoUsers(db, people),
  });
  try {
    const token = people['resident-desk']?.token ?? '';
    const desk = await startResidentDesk({
      host,
      port: configuration.residentPort,
      serviceUrl,
      logger,
      token,
      simulator: true,
    });
    await sendNoticesTo(`${desk.url}/simulator/notices`, serviceUrl, people['platform']?.token ?? '');
    return {
      portalUrl: portal.url,
      residentUrl: desk.url,
      stop: async () => {
        await desk.stop();
        await portal.stop();
      },
    };
  } catch (error) {
    await portal.stop();
    throw error;
  }
}

/**
 * Notices to residents go to the telephone that the simulator's page plays, wherever this start serves it; a gateway that somebody has
 * set up for the demo stays.
 */
async function sendNoticesTo(endpoint: string, serviceUrl: string, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const listed = await fetch(new URL('/v1/notice-channels', serviceUrl), { headers });
  const { channels = [] } = (await listed.json()) as { channels?: { channel: string; endpoint: string }[] };
  const known = channels.find(({ channel }) => channel === 'residents')?.endpoint;
  if (known === endpoint || (known !== undefined && !known.endsWith('/simulator/notices'))) return;
  const body = JSON.stringify({ kind: 'sms', endpoint });
  const answer = await fetch(new URL('/v1/notice-channels/residents', serviceUrl), { method: 'PUT', headers, body });
  if (!answer.ok)
    throw new Error(`PUT /v1/notice-channels/residents answered ${answer.status}: ${await answer.text()}`);
}
