import type { GateView } from '../../../lib/operate/answers.ts';
import { OperatorError } from './arguments.ts';
import { nextAbout, whyUnreadable } from './gate-words.ts';
import type { Functions } from './invoke.ts';
import type { StageFacts } from './stage-facts.ts';

/** An operator before one partner's gate. */
export type Operator = {
  readonly facts: StageFacts;
  readonly functions: Functions;
  readonly partner: string;
  readonly print: (line: string) => void;
};

export async function lookAt({ functions, partner }: Pick<Operator, 'functions' | 'partner'>) {
  const { gates } = await functions.inspect({ action: 'status', partner });
  const [view] = gates;
  if (!view) throw new OperatorError(`The deployed stage has no partner ${partner}: deploy first. Nothing changed.`);
  return view;
}

/** @throws OperatorError where the gate cannot be read */
export async function readGate(operator: Pick<Operator, 'functions' | 'partner' | 'facts'>): Promise<GateView> {
  const view = await lookAt(operator);
  if (view.readable) return view;
  const next = nextAbout(view, operator.facts) ?? '';
  throw new OperatorError(
    `The login gate of ${view.partner} ${whyUnreadable(view.reason)}. Nothing changed.\nNext: ${next}`,
  );
}
