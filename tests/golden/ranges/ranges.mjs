// Random ranges and the values that a browser lists for them, written from the rules R-DATE-01 to R-DATE-07 of the format
// reference, with JavaScript's own dates and numbers. It shares nothing with the program that it is the judge of.
//
//     node ranges.mjs SEED COUNT        one JSON array on stdout

const [seed, count] = process.argv.slice(2).map(Number);

// --- random numbers that depend on the seed alone (mulberry32) ---
let state = seed >>> 0;
const random = () => {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const integer = (low, high) => low + Math.floor(random() * (high - low + 1));
const pick = (list) => list[integer(0, list.length - 1)];

// --- dates: local time, as in the browser ---
const pad = (number, width) => String(number).padStart(width, "0");
const print = (date) => `${pad(date.getFullYear(), 4)}-${pad(date.getMonth() + 1, 2)}-${pad(date.getDate(), 2)}`;
const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());
const addDays = (date, days) => {
  const next = new Date(date);
  next.setDate(next.getDate() + days);
  return next;
};
const addMonths = (date, months) => {
  const first = new Date(date.getFullYear(), date.getMonth() + months, 1);
  const last = new Date(first.getFullYear(), first.getMonth() + 1, 0).getDate();
  const next = new Date(date);
  next.setFullYear(first.getFullYear(), first.getMonth(), Math.min(date.getDate(), last));
  return next;
};
const add = (date, amount, unit) => {
  switch (unit) {
    case "day": return addDays(date, amount);
    case "week": return addDays(date, 7 * amount);
    case "month": return addMonths(date, amount);
    case "quarter": return addMonths(date, 3 * amount);
    case "year": return addMonths(date, 12 * amount);
  }
};
const startOf = (date, unit) => {
  const [year, month] = [date.getFullYear(), date.getMonth()];
  switch (unit) {
    case "day": return midnight(date);
    case "week": return addDays(midnight(date), -((date.getDay() + 6) % 7));
    case "month": return new Date(year, month, 1);
    case "quarter": return new Date(year, month - (month % 3), 1);
    case "year": return new Date(year, 0, 1);
  }
};
const endOf = (date, unit) => new Date(add(startOf(date, unit), 1, unit).getTime() - 1);

const UNIT = "(day|week|month|quarter|year)s?";
const EXPRESSION = new RegExp(
  `^(today|now|(?:start|end)_of_(?:week|month|quarter|year))(?:\\s*([+-])\\s*(\\d+)\\s*${UNIT})?$`, "i");
const STEP = new RegExp(`^(\\d+)\\s*${UNIT}$`, "i");

const expression = (text, now) => {
  const found = EXPRESSION.exec(text.trim());
  if (!found) return null;
  const [, anchor, sign, digits, unit] = found.map((part) => part?.toLowerCase());
  let date;
  if (anchor === "today") date = midnight(now);
  else if (anchor === "now") date = new Date(now);
  else date = (anchor.startsWith("start") ? startOf : endOf)(now, anchor.split("_of_")[1]);
  return sign ? add(date, Number(sign + digits), unit) : date;
};
const isoDate = (text) => {
  const found = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?$/.exec(text.trim());
  if (!found) return null;
  const [, year, month, day, hour = 0, minute = 0, second = 0] = found.map((part) => part && Number(part));
  const date = new Date(year, month - 1, day, hour, minute, second);
  return date.getMonth() === month - 1 && date.getDate() === day && hour < 24 && minute < 60 && second < 60 ? date : null;
};
const bound = (text, now) => expression(text, now) ?? isoDate(text);

// --- ranges ---
const isDates = ({ start, end, step, display }, now) =>
  display === "date-range" || [start, end].some((text) => expression(String(text), now)) || STEP.test(String(step).trim());

const dateValues = ({ start, end, step }, now) => {
  const [first, last] = [bound(String(start), now), bound(String(end), now)];
  if (!first || !last) return [];
  const written = STEP.exec(String(step).trim());
  let [amount, unit] = [1, "day"];
  if (written) [amount, unit] = [Number(written[1]), written[2].toLowerCase()];
  else if (/^-?\d+$/.test(String(step).trim())) amount = Number(step);
  const [from, to] = [midnight(first), midnight(last)];
  if (amount <= 0) return from <= to ? "endless" : [];
  const dates = [];
  if (amount === 1) {
    const [low, high] = from <= to ? [from, to] : [to, from];
    for (let date = startOf(low, unit); date <= high; date = add(date, 1, unit)) if (date >= low) dates.push(print(date));
    return from <= to ? dates : dates.reverse();
  }
  for (let date = from; date <= to; date = add(date, amount, unit)) dates.push(print(date));
  if (dates.length > 0 && dates.at(-1) !== print(to)) dates.push(print(to));
  return dates;
};
const numberValues = ({ start, end, step }) => {
  const [low, high, by] = [start, end, step].map(parseFloat);
  if (!(by > 0)) return [];
  const values = [];
  for (let at = low; at <= high; at += by) {
    values.push(at);
    if (at + by === at) return "endless";
  }
  if (values.length > 0 && values.at(-1) < high) values.push(high);
  return values.map(String);
};

// --- cases ---
const units = ["day", "days", "Week", "weeks", "month", "MONTHS", "quarter", "quarters", "year", "years"];
const space = () => pick(["", " ", "  "]);
const randomDate = () => `${integer(2022, 2026)}-${pad(integer(1, 12), 2)}-${pad(integer(1, 31), 2)}`;
const randomBound = () =>
  pick([
    randomDate,
    () => `${randomDate()}${pick(["T", " "])}${pad(integer(0, 24), 2)}:${pad(integer(0, 59), 2)}${pick(["", ":30", ":59.999"])}`,
    () => pick(["today", "now", "Today", " NOW "]),
    () => `${pick(["start", "end"])}_of_${pick(["week", "month", "quarter", "year"])}`,
    () => `${pick(["today", "now", "start_of_month", "end_of_month", "end_of_quarter", "start_of_week"])}${space()}${pick(["+", "-"])}${space()}${integer(0, 40)} ${pick(units)}`,
    () => pick(["yesterday", "today - 1 month + 2 days", "today - 3 hours", "2024-13-01", "soon", "start_of_day", "2024-1-5", "today -"]),
  ])();
const dateCase = () => ({
  start: randomBound(),
  end: randomBound(),
  step: pick([
    () => `1 ${pick(units)}`,
    () => `${integer(0, 9)}${space()}${pick(units)}`,
    () => integer(-1, 9),
    () => String(integer(1, 30)),
    () => pick(["daily", "1 fortnight", "weeks 2", "2 days ago"]),
  ])(),
  display: pick([null, "date-range"]),
});
const number = () => pick([integer(-20, 200), integer(-200, 2000) / 10, integer(0, 100) / 100, `${integer(0, 50)}`, integer(1, 9) * 1e-7, integer(1, 9) * 1e21]);
const numberCase = () => ({
  start: pick([number(), integer(-5, 20)]),
  end: pick([number(), integer(0, 120), "7 apples", randomDate()]),
  step: pick([integer(1, 9), integer(1, 9) / 10, integer(1, 30) / 100, 0, -1, 0.1, 0.7, "0.3", "x"]),
  display: pick([null, "range-slider"]),
});

const MOST = 3000;
const cases = [];
while (cases.length < count) {
  const now = new Date(integer(2022, 2026), integer(0, 11), integer(1, 28), integer(0, 23), integer(0, 59));
  const range = random() < 0.7 ? dateCase() : numberCase();
  const distance = Math.abs(parseFloat(range.end) - parseFloat(range.start)) / parseFloat(range.step);
  const dates = isDates(range, now);
  if (!dates && distance > MOST) continue; // a long list shows nothing that a short one doesn't
  const expected = dates ? dateValues(range, now) : numberValues(range);
  if (expected.length === 0 && random() < 0.85) continue; // most random ranges are empty
  const local = `${print(now)}T${pad(now.getHours(), 2)}:${pad(now.getMinutes(), 2)}:00`;
  cases.push({ now: local, range, expected });
}
console.log(JSON.stringify(cases));
