// Whether a client is answered by every pod that may be asked for it.
import * as z from 'zod';
import { defineProbe, StepError } from '../../src/engine/step-type.ts';
import { countServers, requestsToMeet } from './readings.ts';

export const serviceAnswers = defineProbe({
  name: 'service.answers',
  summary:
    'Asks a service so often that each pod is met, but for once in a million times; holds when each request is answered',
  input: z.strictObject({
    url: z.string().describe('The URL that is asked'),
    servers: z.array(z.string()).min(1).describe('The pods that may answer, each as likely as another'),
    askers: z
      .int()
      .min(1)
      .default(1)
      .describe('How many ask the same pods: many pods are shared out among them, and each asks at least 40 times'),
  }),
  values: { answers: 'how many requests were answered', requests: 'how many there were', servers: 'answers by pod' },
  describe: ({ url }) => `answers of ${url}`,
  async look({ url, servers: expected, askers }, context) {
    const requests = requestsToMeet(expected.length, askers);
    const target = `${url}${url.includes('?') ? '&' : '?'}request=[1-${requests}]`;
    // A connection for each, so that each is balanced anew; the first that fails tells enough.
    const options = ['--silent', '--show-error', '--fail', '--fail-early', '--max-time', '1'];
    const argv = ['curl', ...options, '--header', 'Connection: close', target];
    const result = await context.command(argv, { quiet: true, keepBytes: 16 << 20 });
    if (result.ended === 'spawn-failed')
      throw new StepError(`curl could not be started: ${result.error?.message ?? ''}`);
    const { answers, servers } = countServers(result.stdout);
    const holds = result.exitCode === 0 && answers === requests;
    const after = answers === 0 ? '' : ` after ${answers} that were answered`;
    const why = result.stderr.trim().split('\n')[0] ?? '';
    const saw = holds
      ? `${answers} of ${requests} answered`
      : `no answer to a request${after}${why === '' ? '' : `: ${why}`}`;
    return { holds, saw, values: { answers, requests, servers }, data: { answers, requests } };
  },
});
