import { describe, expect, test } from 'vitest';
import { gatewayResponses } from '../../../lib/api/gateway-responses.ts';
import { resourcesOf, settingsOf, templateOf } from '../../rigs/synth.ts';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html */
const allTypes = [
  'ACCESS_DENIED',
  'API_CONFIGURATION_ERROR',
  'AUTHORIZER_CONFIGURATION_ERROR',
  'AUTHORIZER_FAILURE',
  'BAD_REQUEST_BODY',
  'BAD_REQUEST_PARAMETERS',
  'DEFAULT_4XX',
  'DEFAULT_5XX',
  'EXPIRED_TOKEN',
  'INTEGRATION_FAILURE',
  'INTEGRATION_TIMEOUT',
  'INVALID_API_KEY',
  'INVALID_SIGNATURE',
  'MISSING_AUTHENTICATION_TOKEN',
  'QUOTA_EXCEEDED',
  'REQUEST_TOO_LARGE',
  'RESOURCE_NOT_FOUND',
  'THROTTLED',
  'UNAUTHORIZED',
  'UNSUPPORTED_MEDIA_TYPE',
  'WAF_FILTERED',
];

describe('what the gateway answers itself', () => {
  test('has a row for every response type of API Gateway', () => {
    expect(gatewayResponses.map(({ type }) => type).sort()).toEqual(allTypes);
  });

  test('is problem+json with the request id, and nothing of the request', () => {
    const deployed = resourcesOf(templateOf(settingsOf('dev')), 'AWS::ApiGateway::GatewayResponse');
    expect(deployed).toHaveLength(gatewayResponses.length);
    for (const [, { Properties }] of deployed) {
      const row = gatewayResponses.find(({ type }) => type === Properties.ResponseType);
      expect(Properties.StatusCode).toBe(String(row?.status));
      expect(Properties.ResponseParameters['gatewayresponse.header.Content-Type']).toBe("'application/problem+json'");
      expect(Properties.ResponseParameters['gatewayresponse.header.Cache-Control']).toBe("'no-store'");
      expect(JSON.parse(Properties.ResponseTemplates['application/json'])).toEqual({
        type: `urn:enkash-card-accounts:problem:${row?.code}`,
        title: row?.title,
        status: row?.status,
        code: row?.code,
        requestId: '$context.requestId',
        retryable: row?.retryable,
      });
    }
  });

  test('a refused token is told how to come back (RFC 6750), every 401 and the missing scope', () => {
    const challenges = resourcesOf(templateOf(settingsOf('dev')), 'AWS::ApiGateway::GatewayResponse').flatMap(
      ([, { Properties }]) => {
        const challenge = Properties.ResponseParameters['gatewayresponse.header.WWW-Authenticate'];
        return challenge === undefined ? [] : [[Properties.ResponseType, Properties.StatusCode, challenge]];
      },
    );
    expect(challenges.sort()).toEqual([
      ['ACCESS_DENIED', '403', `'Bearer realm="card-accounts", error="insufficient_scope"'`],
      ['EXPIRED_TOKEN', '401', `'Bearer realm="card-accounts", error="invalid_token"'`],
      ['INVALID_API_KEY', '401', `'Bearer realm="card-accounts"'`],
      ['UNAUTHORIZED', '401', `'Bearer realm="card-accounts"'`],
    ]);
    expect(gatewayResponses.filter(({ status }) => status === 401)).toHaveLength(3);
  });

  test('says "no such route", never "your token", to an unknown path with a token that is no signature', () => {
    expect(gatewayResponses.find(({ type }) => type === 'INVALID_SIGNATURE')).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('never blames EnKash for a function that ran out of time: most routes do not ask it', () => {
    expect(gatewayResponses.filter(({ code }) => code.startsWith('UPSTREAM_'))).toEqual([]);
  });

  test('tells a throttled caller when to come back', () => {
    const throttled = resourcesOf(templateOf(settingsOf('dev')), 'AWS::ApiGateway::GatewayResponse').filter(
      ([, { Properties }]) => Properties.StatusCode === '429',
    );
    for (const [, { Properties }] of throttled) {
      expect(Properties.ResponseParameters['gatewayresponse.header.Retry-After']).toBe("'1'");
    }
    expect(throttled).toHaveLength(2);
  });
});
