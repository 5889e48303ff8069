import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';

const webhook = new Webhook(process.env.WEBHOOK_SECRET);
const seen = new Set(); // in earnest a table: it outlives the process

createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray()).toString();
  try {
    const event = webhook.verify(body, request.headers); // the body as it came
    if (!seen.has(request.headers['webhook-id'])) console.log(JSON.stringify(event)); // the same event may come twice
    seen.add(request.headers['webhook-id']);
    response.writeHead(204).end();
  } catch {
    response.writeHead(400).end();
  }
}).listen(process.env.PORT, '127.0.0.1', () => console.log('listening'));
