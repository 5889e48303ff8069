import {
  CONTROL_AGAIN_MS,
  CONTROL_ANSWERS,
  CONTROL_PAUSES_MS,
  CONTROL_TRIES_PER_ANSWER,
  WAIT_AFTER_ANSWER_MS,
  WAIT_AFTER_SILENCE_MS,
} from '../budgets.ts';
import type { GateItem } from './item.ts';
import type { ControlAnswer } from './outcome.ts';
import { abandon } from './transitions.ts';

/** A process asks EnKash's application; the next one may after the pause. */
export function ask(before: GateItem, now: number): GateItem {
  const item = abandon(before, now);
  const tries = item.control?.tries ?? 0;
  const pauseMs = CONTROL_PAUSES_MS[Math.min(tries, CONTROL_PAUSES_MS.length - 1)] ?? 0;
  return { ...item, control: { ...item.control, tries: tries + 1, at: now + pauseMs } };
}

/**
 * What a control request met. The application answered the first one: the trouble lay behind it and needs its time. Three
 * answers in a row, fewer after many tries: the trouble is over. Nothing of the application answered: it is asked again, later
 * where an answer came before.
 */
export function answered(item: GateItem, answer: ControlAnswer, now: number): GateItem {
  const { control, lastLogin, waitUntil = now } = item;
  if (!control) return item;
  const answers = control.answers ?? 0;
  if (answer.kind === 'application') {
    const rested = control.tries <= 1 ? (lastLogin?.at ?? now) + WAIT_AFTER_SILENCE_MS : now;
    const again = { ...control, answers: answers + 1, at: Math.max(rested, now + CONTROL_AGAIN_MS) };
    const isOver = again.answers >= CONTROL_ANSWERS - Math.floor(control.tries / CONTROL_TRIES_PER_ANSWER);
    return { ...item, control: isOver ? undefined : again, waitUntil: Math.max(waitUntil, rested) };
  }
  const at = answers > 0 ? now + WAIT_AFTER_SILENCE_MS : control.at;
  const asked = now + (answer.retryAfterSeconds ?? 0) * 1000;
  return {
    ...item,
    control: { ...control, answers: 0, at, evidence: answer.evidence },
    waitUntil: Math.max(waitUntil, asked),
  };
}

/** The stage forbids control requests that another release began: the fixed wait takes their place. */
export function withoutControl(before: GateItem, now: number): GateItem {
  const item = abandon(before, now);
  const until = (item.lastLogin?.at ?? now) + WAIT_AFTER_ANSWER_MS;
  return { ...item, control: undefined, waitUntil: Math.max(item.waitUntil ?? 0, until) };
}
