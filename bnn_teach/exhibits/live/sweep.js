// R-hat and effective sample size of f along x, of the draws that there were when a sweep began.
//
// Ranks of thousands of draws take longer than a frame, so a worker finds them: see judge.js.
// Next: board.js, the controls.

const EVERY = 3; // f is smooth along x: every third place of the grid says it all

export class Sweep {
  constructor(source, news) {
    this.source = source;
    this.news = news; // called when a sweep is complete
    this.run = 0;
    this.clear();
  }
  clear() {
    this.run += 1; // what is still under way is about older draws
    this.x = null; // of the last whole sweep: places, R-hat, ESS
    this.rhat = null;
    this.ess = null;
    this.count = 0; // draws of one chain in it
    this.busy = false;
  }
  // Judge the first `count` draws of each chain.
  begin(chains, grid, count) {
    this.busy = true;
    this.worker ??= this.hire();
    const places = grid.map((_, i) => i).filter((i) => i % EVERY === 0);
    const columns = places.map((place) => chains.map((chain) => chain.column(place, count)));
    this.asked = { x: places.map((place) => grid[place]), count };
    const buffers = columns.flat().map(({ buffer }) => buffer);
    this.worker.postMessage({ run: this.run, columns }, buffers);
  }
  hire() {
    const address = URL.createObjectURL(new Blob([this.source], { type: "text/javascript" }));
    const worker = new Worker(address);
    URL.revokeObjectURL(address);
    worker.onmessage = ({ data: { run, rhat, ess } }) => {
      if (run !== this.run) return;
      Object.assign(this, this.asked, { rhat, ess, busy: false });
      this.news();
    };
    return worker;
  }
  end() {
    this.worker?.terminate();
  }

  get worstRhat() {
    return Math.max(...this.rhat);
  }
  get leastEss() {
    return Math.min(...this.ess);
  }
}
