// How far this device's clock is from the server's: spec/clocks.py in the browser; the reasons stand there.
// Both run the cases in tests/vectors/clock. All times are milliseconds.

const DRIFT = 0.0001;
const GRAIN = 1;
const JUMP = 250;

// Counts up evenly and cannot be set by hand, unlike Date.now(); it may stand still while the device sleeps.
export const deviceNow = () => performance.timeOrigin + performance.now();

export const jumped = (wallBefore, steadyBefore, wall, steady) =>
  Math.abs((wall - wallBefore) - (steady - steadyBefore)) > JUMP;

export class Clock {
  constructor() {
    this.resets = -1;
    this.forget();
  }

  // Server minus device, in ms: the middle of the bounds, or the one there is; null if neither.
  get offset() {
    if (Number.isFinite(this.low) && Number.isFinite(this.high)) return (this.low + this.high) / 2;
    if (Number.isFinite(this.low)) return this.low;
    return Number.isFinite(this.high) ? this.high : null;
  }

  get error() {
    return (this.high - this.low) / 2;
  }

  // One exchange: sent and received by this device's clock, arrived and replied by the server's.
  add({ sent, arrived, replied, received }) {
    this.#narrow(replied - received, arrived - sent, received);
  }

  // A message that said the server's time but answered nothing: half an exchange.
  hear(said, received) {
    this.#narrow(said - received, Infinity, received);
  }

  forget() {
    Object.assign(this, { low: -Infinity, high: Infinity, knownAt: 0, count: 0, resets: this.resets + 1 });
  }

  #narrow(newLow, newHigh, at) {
    const [low, high] = [newLow - GRAIN, newHigh + GRAIN];
    if (low > high) return;
    const aged = DRIFT * Math.max(0, at - this.knownAt);
    const both = [Math.max(low, this.low - aged), Math.min(high, this.high + aged)];
    if (both[0] > both[1]) {
      Object.assign(this, { low, high, knownAt: at, count: 1, resets: this.resets + 1 });
    } else {
      Object.assign(this, { low: both[0], high: both[1], knownAt: at, count: this.count + 1 });
    }
  }
}
