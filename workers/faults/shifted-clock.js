// Loaded before a worker by a fault test: its clock is wrong by CLOCK_SHIFT_MS, and jumps there and back every CLOCK_JUMP_MS.
const real = Date.now;
const Original = globalThis.Date;
const shift = Number(process.env.CLOCK_SHIFT_MS ?? 0);
const jump = Number(process.env.CLOCK_JUMP_MS ?? 0);

function now() {
  const there = jump === 0 || Math.floor(performance.now() / jump) % 2 === 0;
  return real() + (there ? shift : 0);
}

class ShiftedDate extends Original {
  constructor(...given) {
    if (given.length === 0) super(now());
    else super(...given);
  }
  static now() {
    return now();
  }
}
globalThis.Date = ShiftedDate;
