// R-hat and effective sample size of f along x, a few places at a time, so that no frame waits.
//
// One sweep goes over all places with the draws that there were when it began.
// Next: board.js, the controls.

import { rHat, bulkEss } from "./convergence.js";

export class Sweep {
  constructor() {
    this.clear();
  }
  clear() {
    this.chains = null;
    this.rhat = null; // of the last whole sweep; null before
    this.ess = null;
    this.count = 0; // draws of one chain in it
  }
  begin(chains, width) {
    this.length = Math.min(...chains.map(({ count }) => count));
    this.chains = chains;
    this.place = 0;
    this.next = { rhat: new Array(width), ess: new Array(width) };
  }
  // Goes on for so many milliseconds; returns whether a sweep was completed.
  advance(milliseconds) {
    const until = performance.now() + milliseconds;
    while (this.chains && performance.now() < until) {
      const columns = this.chains.map((chain) => chain.column(this.place).subarray(0, this.length));
      this.next.rhat[this.place] = rHat(columns);
      this.next.ess[this.place] = bulkEss(columns);
      this.place += 1;
      if (this.place === this.next.rhat.length) {
        Object.assign(this, this.next, { count: this.length, chains: null });
        return true;
      }
    }
    return false;
  }
}
