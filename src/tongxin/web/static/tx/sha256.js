/* SHA-256 (FIPS 180-4), so that a draw can be checked also where the browser offers no crypto: from a file, without https.
   Tests hold it to Python's. */
const K = Uint32Array.from([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);
const START = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
const W = new Uint32Array(64);

function mix(state, block, from) {
  for (let i = 0; i < 16; i++, from += 4) {
    W[i] = (block[from] << 24) | (block[from + 1] << 16) | (block[from + 2] << 8) | block[from + 3];
  }
  for (let i = 16; i < 64; i++) {
    const x = W[i - 15], y = W[i - 2];
    const s = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const t = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    W[i] = W[i - 16] + s + W[i - 7] + t;
  }
  let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
  for (let i = 0; i < 64; i++) {
    const S = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const one = (h + S + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
    const s = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const two = (s + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
  }
  state[0] += a; state[1] += b; state[2] += c; state[3] += d; state[4] += e; state[5] += f; state[6] += g; state[7] += h;
}

const TEXT = new TextEncoder();
export const bytesOf = (text) => TEXT.encode(text);

/* Fed piece by piece; `copy()` goes on from here more than once. */
export class Sha256 {
  constructor() {
    this.state = Uint32Array.from(START);
    this.rest = new Uint8Array(128);
    this.held = 0;
    this.length = 0;
  }

  copy() {
    const other = new Sha256();
    other.state.set(this.state);
    other.rest.set(this.rest);
    other.held = this.held;
    other.length = this.length;
    return other;
  }

  update(bytes) {
    this.length += bytes.length;
    let at = 0;
    if (this.held) {
      at = Math.min(64 - this.held, bytes.length);
      this.rest.set(bytes.subarray(0, at), this.held);
      this.held += at;
      if (this.held < 64) return this;
      mix(this.state, this.rest, 0);
      this.held = 0;
    }
    for (; at + 64 <= bytes.length; at += 64) mix(this.state, bytes, at);
    this.rest.set(bytes.subarray(at), 0);
    this.held = bytes.length - at;
    return this;
  }

  hex() {
    const end = this.held < 56 ? 64 : 128;
    this.rest.fill(0, this.held, end);
    this.rest[this.held] = 0x80;
    new DataView(this.rest.buffer).setUint32(end - 8, Math.floor(this.length / 0x20000000));
    new DataView(this.rest.buffer).setUint32(end - 4, (this.length << 3) >>> 0);
    for (let at = 0; at < end; at += 64) mix(this.state, this.rest, at);
    let told = '';
    for (let i = 0; i < 8; i++) told += this.state[i].toString(16).padStart(8, '0');
    return told;
  }
}

export const sha256 = (text) => new Sha256().update(bytesOf(text)).hex();
