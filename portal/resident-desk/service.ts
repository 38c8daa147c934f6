import { residentDeskErrors } from './errors.ts';

/** What a service answered: success or a refusal, to be passed on as it is. */
export interface ServiceAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** The services, as this process may ask them. */
export interface Services {
  get(path: string): Promise<ServiceAnswer>;
  post(path: string, body: object): Promise<ServiceAnswer>;
}

/** Longer than a look-up takes while a day is being judged; then the page says that nobody answers. */
const PATIENCE_MS = 15_000;

/** @throws from both: CityCardError `portal.resident-desk.service-away` */
export function servicesAt(serviceUrl: string, token: string, patienceMs = PATIENCE_MS): Services {
  const ask = async (path: string, init: RequestInit): Promise<ServiceAnswer> => {
    try {
      const response = await fetch(new URL(path, serviceUrl), {
        ...init,
        redirect: 'error',
        signal: AbortSignal.timeout(patienceMs),
        headers: {
          authorization: `Bearer ${token}`,
          ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
      });
      const text = await response.text();
      // A credential that is not taken is our fault, not the resident's, who is not told of tokens.
      if (response.status === 401 || response.status >= 500) throw new Error(`answered ${response.status}`);
      return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
    } catch (error) {
      throw residentDeskErrors.serviceAway(undefined, error);
    }
  };
  return {
    get: (path) => ask(path, {}),
    post: (path, body) => ask(path, { method: 'POST', body: JSON.stringify(body) }),
  };
}
