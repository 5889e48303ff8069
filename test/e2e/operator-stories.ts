import { setTimeout as wait } from 'node:timers/promises';
import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createTable } from '../local/aws.ts';
import type { ProofRow } from '../rigs/enkash-proof.ts';
import { type Ending, refusedOnce, refusedTwice, startStory } from '../rigs/story-stage.ts';
import { threeStarts, tokenUrlWithPath } from './start-stories.ts';

/** An operator who errs, with the real commands; EnKash must not lock the user. */
export type OperatorStory = { readonly title: string; readonly play: () => Promise<Ending> };

const right = { password: 'changed at EnKash' };

async function allowOneAtOne(): Promise<Ending> {
  const story = await refusedOnce();
  await story.run(/add --same-secret/, 'gate', 'allow-one');
  await story.run(/One login is permitted/, 'gate', 'allow-one', '--same-secret');
  story.save({ password: 'a typing error' });
  await story.until('the refused typing error', () => story.counts().logins === 3);
  const ending = await story.end();
  story.expect(ending.counts.refused === 2, 'a third login was sent');
  return ending;
}

async function allowOneUnchanged(): Promise<Ending> {
  const story = await refusedTwice();
  await story.run(/Ask EnKash whether the account is locked/, 'gate', 'allow-one');
  await story.run(/add --same-secret/, 'gate', 'allow-one', '--unlocked-by-enkash');
  await story.run(/CLOSED \(locked-out-risk\)/, 'gate', 'status');
  const ending = await story.end();
  story.expect(ending.counts.refused === 2, 'a third login was sent');
  return ending;
}

async function allowOneAfterSaving(): Promise<Ending> {
  const story = await refusedTwice();
  story.save(right);
  await wait(500);
  await story.run(/One login is permitted/, 'gate', 'allow-one', '--unlocked-by-enkash');
  await story.until('an answer by the right secret', story.isWell);
  story.expect(story.counts().refused === 2, 'the permission went to another secret');
  await story.run(/failures since the last success: 0 of 2/, 'gate', 'status');
  return story.end();
}

async function allowOneTwice(): Promise<Ending> {
  const story = await refusedTwice();
  const sure = ['allow-one', '--unlocked-by-enkash', '--same-secret'];
  // EnKash was asked and has unlocked the user; the operator is wrong about the secret.
  story.sandbox.unlock();
  await story.run(/One login is permitted/, 'gate', ...sure);
  await story.run(/permitted already|login is under way|Not needed|changed since/, 'gate', ...sure);
  await story.until('the permitted login', () => story.counts().refused === 3);
  await wait(15_000);
  story.expect(story.counts().refused === 3, 'the second permission outlived the first login');
  await story.run(/Ask EnKash whether the account is locked/, 'gate', 'allow-one');
  return story.end();
}

async function threeWrongSecrets(): Promise<Ending> {
  const story = await refusedTwice();
  for (const password of ['a second guess', 'a third guess']) {
    story.save({ password });
    await wait(12_000);
  }
  story.expect(story.counts().refused === 2, 'a second guess was sent');
  await story.run(/CLOSED \(locked-out-risk\)/, 'gate', 'status');
  return story.end();
}

async function rotationCorrected(): Promise<Ending> {
  const story = await startStory();
  await story.until('a first answer', story.isWell);
  await story.run(/stands at 1 of 2/, 'rotate', '--file', story.file({ password: 'mistyped' }));
  await story.run(/Refused, no login was sent/, 'rotate');
  // The old password is still valid: the fleet's next login clears the count.
  story.sandbox.revokeTokens();
  await story.until('the count cleared', () => story.sandbox.stats().failuresInARow === 0);
  await story.until('an answer by the old secret', story.isWell);
  story.sandbox.setPassword(right.password);
  await story.run(/is current, .* previous/, 'rotate', '--file', story.file(right));
  story.sandbox.revokeTokens();
  await story.until('an answer by the new secret', story.isWell);
  const ending = await story.end();
  story.expect(ending.counts.refused === 1, 'more than the mistyped secret was refused');
  return ending;
}

async function enkashFirst(): Promise<Ending> {
  const story = await refusedOnce();
  await wait(20_000);
  story.save(right);
  await story.until('an answer by the right secret', story.isWell, 150);
  story.expect(story.counts().refused === 1, 'the old password was tried again');
  return story.end();
}

async function anotherUsername(): Promise<Ending> {
  const story = await refusedTwice();
  const other = { ...right, username: 'another.user' };
  await story.run(/never opened here/, 'rotate', '--file', story.file(other));
  story.save(other);
  await wait(12_000);
  await story.run(/CLOSED \(never-opened\)/, 'gate', 'status');
  await story.run(/Say what you know/, 'gate', 'open');
  const ending = await story.end();
  story.expect(ending.counts.logins === 3, 'a login of a user was sent that nobody opened');
  return ending;
}

async function tableDeleted(): Promise<Ending> {
  const story = await refusedTwice();
  const { LOGIN_GATE_TABLE: name } = story.stage.environment;
  const client = new DynamoDBClient({});
  await client.send(new DeleteTableCommand({ TableName: name }));
  await createTable({ name, partitionKey: 'partner' });
  client.destroy();
  story.save(right);
  await wait(15_000);
  await story.run(/CLOSED \(never-opened\)/, 'gate', 'status');
  await story.run(/Say what you know/, 'gate', 'open');
  story.expect(story.counts().refused === 2, 'a login was sent on an empty table');
  story.sandbox.unlock();
  await story.run(/: opened\./, 'gate', 'open', '--unlocked-by-enkash');
  await story.until('an answer by the right secret', story.isWell);
  return story.end();
}

async function rotationInRenewal(): Promise<Ending> {
  const story = await startStory();
  await story.until('a first answer', story.isWell);
  await wait(10_000);
  story.sandbox.change({ loginMs: 3_000 });
  story.sandbox.revokeTokens();
  await story.until('a renewal under way', () => story.sandbox.stats().loginsInFlight === 1);
  // EnKash changes the password under it.
  story.sandbox.setPassword(right.password);
  await story.run(/Refused, no login was sent/, 'rotate', '--file', story.file(right));
  await story.until('the refused renewal', () => story.counts().refused === 1);
  story.expect(story.counts().logins === 2, 'the rotation sent a login beside the renewal');
  await story.run(/Refused, no login was sent/, 'rotate', '--file', story.file(right));
  story.save(right);
  await story.until('a login by the right secret', () => story.counts().logins === 3, 150);
  await story.until('an answer by it', story.isWell);
  story.expect(story.counts().refused === 1, 'a second login was refused');
  return story.end();
}

export const operatorStories: readonly OperatorStory[] = [
  { title: 'allow-one at one, then a typing error saved', play: allowOneAtOne },
  { title: 'allow-one at two, the secret unchanged', play: allowOneUnchanged },
  { title: 'allow-one half a second after saving the right secret', play: allowOneAfterSaving },
  { title: 'allow-one twice', play: allowOneTwice },
  { title: 'three wrong secrets in a row', play: threeWrongSecrets },
  { title: 'rotation with a wrong pending secret, then the right one', play: rotationCorrected },
  { title: 'EnKash changed first, the secret later', play: enkashFirst },
  { title: 'another username after refusals', play: anotherUsername },
  { title: 'the table deleted at two', play: tableDeleted },
  { title: 'three starts of the local stage against a real login', play: threeStarts },
  { title: 'tokenUrl with the path', play: tokenUrlWithPath },
  { title: 'rotation while a renewal is under way', play: rotationInRenewal },
];

/** R17 by the real commands on the local stage, one row for each story. */
export async function proveOperatorStories(): Promise<readonly ProofRow[]> {
  const rows: ProofRow[] = [];
  for (const [index, { title, play }] of operatorStories.entries()) {
    const { counts, broken } = await play();
    const { logins, refused, lockOuts } = counts;
    const words = broken.length === 0 ? '' : `; ${broken.join('; ').replaceAll(/\s+/g, ' ')}`;
    rows.push({
      id: 'R17',
      figure: `(${index + 1}) ${title}`,
      required: '0 lock-outs',
      measured: `${lockOuts} lock-outs, ${logins} logins, ${refused} refused${words}`,
      ok: broken.length === 0,
    });
  }
  return rows;
}
