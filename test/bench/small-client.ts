/** The loop of a Lambda runtime at its smallest, for tests: Lambda's own client has to be built first (bench:install). */
const http = process.getBuiltinModule('node:http');
const { AWS_LAMBDA_RUNTIME_API: api, LAMBDA_TASK_ROOT: root } = process.env;
const agent = new http.Agent({ keepAlive: true });

type Reply = { readonly requestId: string; readonly deadline: number; readonly body: string };

function call(method: string, path: string, sent = ''): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = http.request(`http://${api}/2018-06-01/runtime/${path}`, { method, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          requestId: String(response.headers['lambda-runtime-aws-request-id']),
          deadline: Number(response.headers['lambda-runtime-deadline-ms']),
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    request.on('error', reject).end(sent);
  });
}

const { handler } = await import(`${root}/index.mjs`);
for (;;) {
  const { requestId, deadline, body } = await call('GET', 'invocation/next');
  const context = { awsRequestId: requestId, getRemainingTimeInMillis: () => deadline - Date.now() };
  try {
    const answer: unknown = await handler(JSON.parse(body), context);
    await call('POST', `invocation/${requestId}/response`, JSON.stringify(answer));
  } catch (error) {
    await call('POST', `invocation/${requestId}/error`, JSON.stringify({ errorMessage: String(error) }));
  }
}
