// Random numbers that a seed repeats: uniforms, and normals made from them.
//
// The generator is sfc32 (Chris Doty-Humphrey, PractRand): three words that
// are mixed, and a counter, so that no stream is shorter than 2^32 numbers.
// Next: particle.js.

export class Random {
  // The same seed and stream give the same numbers; the chains of a run have
  // streams 0, 1, 2, ...
  constructor(seed, stream = 0) {
    this.a = seed >>> 0;
    this.b = stream >>> 0;
    this.c = Math.floor(seed / 2 ** 32) >>> 0;
    this.counter = 1;
    this.spare = null;
    for (let i = 0; i < 20; i += 1) this.word();
  }

  // 32 random bits.
  word() {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  // Uniform on [0, 1), with the 53 bits that a number has.
  uniform() {
    const high = this.word() >>> 5;
    const low = this.word() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  // Standard normal: a point in the plane has a random direction and a squared
  // radius that is exponential (Box and Muller 1958); its two coordinates
  // serve two calls.
  normal() {
    if (this.spare !== null) {
      const spare = this.spare;
      this.spare = null;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
}
