import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { createHandler } from '../../functions/get-openapi.ts';
import type { ApiResponse } from '../../lib/api/api-handler.ts';
import { openApiDocument } from '../../lib/api/openapi.ts';
import { examples } from '../../lib/api/routes/examples.ts';
import { routes } from '../../lib/api/routes/routes.ts';
import { document, operations } from '../rigs/openapi-document.ts';

describe('GET /openapi.json', () => {
  const deps = { document: JSON.stringify(openApiDocument()), tokenUrl: 'https://token.example/oauth2/token' };
  const asked = (requestContext: object) => createHandler(deps)({ requestContext });
  const placesOf = ({ body }: ApiResponse) => {
    const { servers, components } = JSON.parse(body);
    return [servers[0].url, components.securitySchemes.oauth2.flows.clientCredentials.tokenUrl];
  };

  test.each([
    [
      'abc.execute-api.ap-south-1.amazonaws.com',
      '/uat/openapi.json',
      'https://abc.execute-api.ap-south-1.amazonaws.com/uat',
    ],
    ['cards.example.com', '/openapi.json', 'https://cards.example.com'],
    ['127.0.0.1:8443', '/openapi.json', 'http://127.0.0.1:8443'],
    ['localhost', '/openapi.json', 'http://localhost'],
    ['localhost.example.com', '/openapi.json', 'https://localhost.example.com'],
  ])('names the server and token URL of its own stage: %s%s', async (domainName, path, url) => {
    expect(placesOf(await asked({ domainName, path }))).toEqual([url, deps.tokenUrl]);
  });

  test.each([
    ['evil.example/"', '/openapi.json'],
    ['a.example', '/x"/openapi.json'],
    ['a.example', '/elsewhere'],
  ])('takes no place from a request that is none: %s%s', async (domainName, path) => {
    expect(placesOf(await asked({ domainName, path }))).toEqual(['https://api.card-accounts.invalid', deps.tokenUrl]);
  });

  test('answers the document as JSON, without a token', async () => {
    expect(await createHandler({ ...deps, document: '{"openapi":"3.1.0"}' })(null)).toStrictEqual({
      statusCode: 200,
      headers: {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      },
      body: '{"openapi":"3.1.0"}',
    });
  });
});

describe('the OpenAPI document', () => {
  test('lists exactly the routes that are deployed', () => {
    const deployed = routes.map(({ method, path }) => `${method} ${path}`);
    expect(operations.map(({ name }) => name).toSorted()).toStrictEqual(deployed.toSorted());
  });

  test('asks for exactly the scope that the authorizer of each route asks for', () => {
    for (const { method, path, scope } of routes) {
      const security = document.paths[path]?.[method.toLowerCase()]?.security;
      expect(security, `${method} ${path}`).toStrictEqual(
        scope === null ? [] : [{ oauth2: [`card-accounts/${scope}`] }],
      );
    }
  });

  test('describes every path parameter of every path, as required', () => {
    for (const { name, parameters = [] } of operations) {
      const inPath = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
      const described = parameters.filter(({ in: place }) => place === 'path');
      expect(described.map((found) => found.name).toSorted(), name).toStrictEqual(inPath.toSorted());
      expect(
        described.every(({ required }) => required),
        name,
      ).toBe(true);
    }
  });

  test('has a unique operationId for each operation', () => {
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });

  test('is the committed openapi.json (npm run openapi)', () => {
    const committed: unknown = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'));
    expect(committed).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
  });

  test('explains every name of ours, in the words of one glossary', () => {
    const unexplained: string[] = [];
    const look = (value: unknown, path: string): void => {
      const { properties, items, anyOf } = Object(value);
      for (const [name, property] of Object.entries(Object(properties))) {
        const here = `${path}.${name}`;
        if (!('description' in Object(property))) unexplained.push(here);
        look(property, here);
      }
      if (items) look(items, `${path}[]`);
      for (const choice of anyOf ?? []) look(choice, path);
    };
    const { DropInAnswer: _, ...ours } = document.components.schemas;
    for (const [name, named] of Object.entries(ours)) look(named, name);
    const enkashsOwn = /^CardAccount\.(details|primaryCard)\./;
    expect(unexplained.filter((path) => !enkashsOwn.test(path))).toEqual([]);
    for (const operation of operations)
      for (const { name, description } of operation.parameters ?? []) expect(description, name).toMatch(/\w{3}/);
  });

  test('tells generators of clients nothing that they cut or refuse: no anyOf nor list of types but with null, integers as integers', () => {
    const wrong: string[] = [];
    const look = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      const { anyOf, type, const: constant } = Object(value);
      const rest = (anyOf ?? []).filter((choice: { type?: string }) => choice.type !== 'null');
      if (rest.length > 1) wrong.push(`${path}: anyOf`);
      if (Array.isArray(type) && (type.length !== 2 || type[1] !== 'null')) wrong.push(`${path}: type`);
      if (typeof constant === 'number' && type !== 'integer') wrong.push(`${path}: const`);
      for (const [name, inner] of Object.entries(value)) look(inner, `${path}/${name}`);
    };
    look({ paths: document.paths, components: document.components }, '');
    expect(wrong).toEqual([]);
  });

  test('has an example for every answer with a body, and every example passes the schema of its route', () => {
    for (const { operationId, body, answers } of routes) {
      if (operationId === 'getOpenApi') continue;
      const { body: sent, answers: shown = {} } = examples[operationId] ?? {};
      if (sent) expect(z.safeParse(body, sent).error, operationId).toBeUndefined();
      for (const [status, answer] of Object.entries(answers)) {
        if (answer === null) continue;
        const named = Object.entries(shown[Number(status)] ?? {});
        expect(named.length, `${operationId} ${status}`).toBeGreaterThan(0);
        for (const [name, value] of named)
          expect(z.safeParse(answer, value).error, `${operationId} ${name}`).toBeUndefined();
      }
    }
  });

  test('never names the card token', () => {
    expect(JSON.stringify(document)).not.toContain('"token"');
  });

  test('asks for the body that a route cannot do without, and lets the rule of a watch be left out', () => {
    const bodies = operations.flatMap(({ operationId, requestBody }) =>
      requestBody ? [[operationId, requestBody]] : [],
    );
    expect(bodies).toStrictEqual([
      ['batchGetCardAccounts', { required: true }],
      ['watchCardAccount', { required: false }],
      ['watchCompany', { required: false }],
      ['getCardAccountDropIn', { required: true }],
    ]);
  });

  test('requires no query parameter of getCardAccount', () => {
    const { parameters = [] } = operations.find(({ operationId }) => operationId === 'getCardAccount') ?? {};
    expect(parameters.filter(({ in: place, required }) => place === 'query' && required)).toStrictEqual([]);
  });
});
