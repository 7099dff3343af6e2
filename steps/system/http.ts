// The http probe: one request, no connection kept, any answer is an observation.
import * as z from 'zod';
import { jsonOf } from '../../src/core/printed.ts';
import { defineProbe, StepError } from '../../src/engine/step-type.ts';
import { limitInput, limitOf, tooLong } from '../shared/limit.ts';

const input = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe('The URL that is asked'),
  method: z
    .enum(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'])
    .default('GET')
    .describe('The method of the request'),
  headers: z.record(z.string(), z.string()).default({}).describe('Headers of the request'),
  body: z.string().optional().describe('What is sent along'),
  insecure: z.boolean().default(false).describe('Accept any certificate'),
  limit: limitInput,
});

export const httpProbe = defineProbe({
  name: 'http',
  summary: 'Asks a URL; holds when the answer is a 2xx or 3xx',
  input,
  values: {
    status: 'the status code',
    headers: 'the headers, names in lower case',
    body: 'the text',
    json: 'the body as JSON; null when it is none',
    durationMs: 'how long it took',
  },
  describe: ({ method, url }) => `${method} ${url}`,
  async look({ url, method, headers, body, insecure, limit }, context) {
    const answer = await context.host.http({
      url,
      method,
      headers,
      insecure,
      keepBytes: limitOf(limit),
      timeoutMs: context.timeoutMs ?? 10_000,
      signal: context.signal,
      ...(body !== undefined && { body }),
    });
    if (!answer.ok) throw new StepError(`${answer.code}: ${answer.message}`);
    const { status, durationMs } = answer;
    const text = answer.truncated === true ? tooLong('its body', limitOf(limit)) : answer.body;
    return {
      holds: status >= 200 && status < 400,
      saw: `HTTP ${status}`,
      values: { status, headers: answer.headers, body: text, json: jsonOf(text), durationMs },
    };
  },
});
