import type { Clock, Random } from '../../rigs/gate-clock.ts';
import type { World } from './world.ts';

/** What a process needs of the world to live and die in it. */
type Nature = Pick<World, 'crash' | 'freeze' | 'skewMs' | 'clocksStep'>;

/** An answer may come while the process stands still. `lost`: what it sees then, where a connection may have died; else it is just late. */
type Delivery = { readonly dangerous: boolean; readonly go: () => void; readonly lost?: (() => void) | undefined };

/** A Lambda process: it runs during an invocation, is frozen between two, may stall, die, or be reaped. Nothing reaches it while it stands still. */
export class Process {
  readonly owner: string;
  readonly crashed: Promise<void>;
  loginsUnderWay = 0;
  #alive = true;
  #awake = true;
  #stalledUntil = 0;
  #skew: number;
  #parked: Delivery[] = [];
  #markCrashed = (): void => undefined;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #nature: Nature;
  readonly #inTrouble: () => boolean;
  readonly #note: (text: string) => void;

  constructor(
    owner: string,
    world: {
      readonly clock: Clock;
      readonly random: Random;
      readonly nature: Nature;
      readonly inTrouble: () => boolean;
      readonly note: (text: string) => void;
    },
  ) {
    this.owner = owner;
    this.#clock = world.clock;
    this.#random = world.random;
    this.#nature = world.nature;
    this.#inTrouble = world.inTrouble;
    this.#note = world.note;
    this.#skew = this.#drawSkew();
    this.crashed = new Promise<void>((resolve) => {
      this.#markCrashed = resolve;
    });
  }

  readonly now = (): number => this.#clock.now() + this.#skew;
  /** Neither frozen between two invocations nor stalled within one. */
  readonly runs = (): boolean => this.#alive && this.#awake && this.#stalledUntil <= this.#clock.now();

  get alive(): boolean {
    return this.#alive;
  }
  stalledSince(instant: number): boolean {
    return this.#stalledUntil >= instant;
  }

  /** An answer reaches the process only while that lives and runs. `io`: the connection may have died while it was frozen. */
  through<T>(work: Promise<T>, how: { readonly dangerous?: boolean; readonly io?: () => T | Error } = {}): Promise<T> {
    const { dangerous = false, io } = how;
    return new Promise((resolve, reject) => {
      const lost = io && (() => settle(io(), resolve, reject));
      work.then(
        (value) => this.#deliver({ dangerous, go: () => resolve(value), lost }),
        (error: unknown) => this.#deliver({ dangerous, go: () => reject(error), lost }),
      );
    });
  }

  /** Counts a login of this process until its answer is here. */
  async loginUnderWay<T>(login: Promise<T>): Promise<T> {
    this.loginsUnderWay += 1;
    const result = await login;
    this.loginsUnderWay -= 1;
    return result;
  }

  /** An invocation begins: the process thaws, and what came meanwhile reaches it, or is found dead. */
  thaw(): void {
    if (this.#nature.clocksStep) this.#skew = this.#drawSkew();
    this.#awake = true;
    const parked = this.#parked;
    this.#parked = [];
    for (const { go, lost } of parked) {
      if (lost && this.#random.chance(0.5)) lost();
      else go();
    }
  }

  /** The invocation is answered: Lambda freezes the process where it stands. */
  freeze(): void {
    this.#awake = false;
  }

  /** Lambda throws the process away. */
  reap(): void {
    this.#alive = false;
  }

  #drawSkew(): number {
    return this.#random.between(-this.#nature.skewMs, this.#nature.skewMs);
  }

  #deliver(delivery: Delivery): void {
    const { crash, freeze } = this.#nature;
    const now = this.#clock.now();
    if (!this.#alive) return;
    if (!this.#awake) {
      this.#parked.push(delivery);
      return;
    }
    if (delivery.dangerous && this.#inTrouble() && now >= this.#stalledUntil) {
      if (this.#random.chance(crash)) {
        this.#note(`${this.owner} crashes`);
        this.#alive = false;
        this.#markCrashed();
        return;
      }
      if (this.#random.chance(freeze)) {
        this.#stalledUntil = now + this.#random.between(500, 150_000);
        this.#note(`${this.owner} freezes for ${((this.#stalledUntil - now) / 1000).toFixed(3)} s`);
      }
    }
    const later = { ...delivery, dangerous: false };
    if (this.#stalledUntil > now) this.#clock.after(this.#stalledUntil - now, () => this.#deliver(later));
    else delivery.go();
  }
}

function settle<T>(outcome: T | Error, resolve: (value: T) => void, reject: (error: Error) => void): void {
  if (outcome instanceof Error) reject(outcome);
  else resolve(outcome);
}
