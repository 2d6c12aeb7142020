// Writes the sample data sets. Seeded: run it again and the files are the same.
//   node resources/makeSamples.mjs
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, 'samples')

/** A small seeded generator (mulberry32) with the draws that the tables need. */
function seeded(seed) {
  let state = seed
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const normal = (mean = 0, spread = 1) =>
    mean + spread * Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  const pick = (weights) => {
    let rest = uniform() * Object.values(weights).reduce((sum, weight) => sum + weight, 0)
    for (const [name, weight] of Object.entries(weights)) {
      rest -= weight
      if (rest < 0) return name
    }
    return Object.keys(weights).at(-1)
  }
  return { uniform, normal, pick, chance: (share) => uniform() < share }
}

const isoMinute = (milliseconds) => new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ')

/** Three pumps, one reading every ten minutes; a few injected faults, each a broken relation between sensors. */
function pumpSensors() {
  const random = seeded(101)
  const rows = [
    [
      'time',
      'pump',
      'mode',
      'speed_rpm',
      'flow_l_min',
      'pressure_bar',
      'motor_temp_c',
      'vibration_mm_s',
      'current_a',
      'is_anomaly',
    ],
  ]
  const pumps = { 'P-101': 1, 'P-102': 1.08, 'P-103': 0.94 }
  const start = Date.UTC(2025, 2, 3)
  for (let reading = 0; reading < 7 * 144; reading++) {
    const time = start + reading * 600_000
    const hour = (reading / 6) % 24
    for (const [pump, size] of Object.entries(pumps)) {
      const busy = 0.5 + 0.5 * Math.sin(((hour - 8) / 24) * 2 * Math.PI)
      const mode = busy < 0.12 ? 'idle' : busy > 0.8 ? 'high' : 'run'
      const load = mode === 'idle' ? 0.08 : 0.45 + 0.5 * busy + random.normal(0, 0.02)
      const speed = 1480 * load + random.normal(0, 8)
      let flow = 0.62 * speed * size + random.normal(0, 9)
      let pressure = 1.2 + 4.1 * load ** 2 + random.normal(0, 0.06)
      let heat = 31 + 34 * load + 4 * Math.sin((hour / 24) * 2 * Math.PI - 2) + random.normal(0, 0.8)
      let vibration = 0.7 + 1.3 * load + Math.abs(random.normal(0, 0.12))
      let current = 2.1 + 14 * load * size + random.normal(0, 0.25)
      const fault = random.chance(0.015)
        ? random.pick({ bearing: 3, blockage: 3, leak: 2, sensor: 1, overload: 2 })
        : null
      if (fault === 'bearing') vibration += 2.6 + random.uniform() * 2
      if (fault === 'bearing') heat += 9
      if (fault === 'blockage') flow *= 0.35
      if (fault === 'blockage') pressure *= 1.45
      if (fault === 'leak') pressure *= 0.55
      if (fault === 'sensor') heat = -40
      if (fault === 'overload') current *= 1.5
      const cells = [
        flow.toFixed(1),
        pressure.toFixed(2),
        heat.toFixed(1),
        vibration.toFixed(2),
        current.toFixed(2),
      ]
      // Now and then the flow meter does not answer.
      const arrived = random.chance(0.03) ? ['', ...cells.slice(1)] : cells
      rows.push([isoMinute(time), pump, mode, speed.toFixed(0), ...arrived, fault === null ? '0' : '1'])
    }
  }
  return rows
}

/** Purchases with cards; a few that do not fit the way the rest are made. No labels, as in life. */
function cardTransactions() {
  const random = seeded(202)
  const shops = {
    grocery: { weight: 34, amount: 38, km: 3, online: 0.08 },
    restaurant: { weight: 18, amount: 27, km: 6, online: 0.02 },
    fuel: { weight: 11, amount: 55, km: 12, online: 0 },
    clothing: { weight: 10, amount: 64, km: 9, online: 0.45 },
    electronics: { weight: 6, amount: 180, km: 11, online: 0.6 },
    travel: { weight: 4, amount: 320, km: 60, online: 0.85 },
    subscriptions: { weight: 12, amount: 12, km: 0, online: 1 },
    pharmacy: { weight: 5, amount: 19, km: 3, online: 0.05 },
  }
  const weights = Object.fromEntries(Object.entries(shops).map(([name, { weight }]) => [name, weight]))
  const rows = [
    [
      'transaction_id',
      'time',
      'merchant_category',
      'channel',
      'country',
      'amount_eur',
      'distance_from_home_km',
      'minutes_since_previous',
      'card_present',
      'attempts_last_hour',
    ],
  ]
  let time = Date.UTC(2025, 4, 1, 7)
  for (let index = 0; index < 2400; index++) {
    const gap = -Math.log(1 - random.uniform()) * 18
    time += gap * 60_000
    const category = random.pick(weights)
    const shop = shops[category]
    let online = random.chance(shop.online)
    let amount = shop.amount * Math.exp(random.normal(0, 0.5))
    let distance = online ? 0 : shop.km * Math.exp(random.normal(0, 0.7))
    let since = 30 + 900 * -Math.log(1 - random.uniform())
    let country = random.pick({ DE: 88, AT: 5, FR: 3, NL: 3, IT: 1 })
    let attempts = random.chance(0.06) ? 2 : 1
    let hour = 8 + 13 * random.uniform()
    const oddity = random.chance(0.012) ? random.pick({ testing: 3, abroad: 3, night: 2, amount: 2 }) : null
    if (oddity === 'testing')
      [online, amount, attempts, since] = [
        true,
        1 + random.uniform(),
        7 + Math.floor(6 * random.uniform()),
        1,
      ]
    if (oddity === 'abroad')
      [online, country, distance, since] = [
        false,
        random.pick({ BR: 1, ID: 1, US: 1 }),
        7000 + 3000 * random.uniform(),
        25,
      ]
    if (oddity === 'night') [hour, amount] = [3 + random.uniform(), amount * 9]
    if (oddity === 'amount') amount *= 30
    const day = Math.floor(time / 86_400_000) * 86_400_000
    rows.push([
      `T${String(100_000 + index)}`,
      isoMinute(day + hour * 3_600_000),
      category,
      online ? 'online' : 'shop',
      country,
      amount.toFixed(2),
      online && oddity !== 'abroad' ? '' : distance.toFixed(1),
      since.toFixed(0),
      online ? 'no' : 'yes',
      String(attempts),
    ])
  }
  return rows
}

/** Invoice lines as a European spreadsheet saves them; a few carry slips of the keyboard. */
function invoices() {
  const random = seeded(303)
  const articles = {
    'Bolts M8': { weight: 30, price: 0.14, amount: 800 },
    Hinges: { weight: 20, price: 3.9, amount: 60 },
    'Steel sheet 2 mm': { weight: 14, price: 48, amount: 12 },
    'Paint 5 l': { weight: 12, price: 36.5, amount: 10 },
    'Cable 50 m': { weight: 14, price: 29.9, amount: 15 },
    'Drive unit': { weight: 5, price: 640, amount: 2 },
  }
  const weights = Object.fromEntries(Object.entries(articles).map(([name, { weight }]) => [name, weight]))
  const comma = (value, digits) => value.toFixed(digits).replace('.', ',')
  const rows = [
    [
      'Invoice',
      'Date',
      'Customer',
      'Article',
      'Quantity',
      'Unit price',
      'Discount %',
      'VAT %',
      'Total',
      'Days to pay',
    ],
  ]
  for (let index = 0; index < 900; index++) {
    const article = random.pick(weights)
    const { price: listed, amount } = articles[article]
    const customer = random.pick({ Abel: 5, Brandt: 4, Cramer: 4, Dorn: 3, Ebert: 2, Falk: 2 })
    let quantity = Math.max(1, Math.round(amount * Math.exp(random.normal(0, 0.4))))
    let price = listed * random.normal(1, 0.02)
    const discount = quantity > amount * 1.3 ? 5 : 0
    let vat = 19
    const exact = quantity * price * (1 - discount / 100) * 1.19
    let total = exact
    let days = Math.max(1, Math.round(random.normal(21, 6)))
    const slip = random.chance(0.02)
      ? random.pick({ quantity: 2, price: 2, total: 3, vat: 1, days: 1 })
      : null
    if (slip === 'quantity') quantity *= 100
    if (slip === 'price') price *= 10
    if (slip === 'total') total *= random.chance(0.5) ? 10 : -1
    if (slip === 'vat') vat = 91
    if (slip === 'days') days = 400
    const date = new Date(Date.UTC(2025, 0, 2 + Math.floor(index / 4))).toISOString().slice(0, 10)
    rows.push([
      `R-${20_250_000 + index}`,
      date,
      customer,
      article,
      String(quantity),
      comma(price, 2),
      random.chance(0.03) ? '' : comma(discount, 1),
      String(vat),
      comma(total, 2),
      String(days),
    ])
  }
  return rows
}

const samples = [
  {
    sampleId: 'pump-sensors',
    title: 'Pump sensors',
    description:
      'A week of readings from three pumps, with some missing and about 1 % injected faults, marked in is_anomaly.',
    file: 'pump-sensors.csv',
    rows: pumpSensors(),
    delimiter: ',',
  },
  {
    sampleId: 'card-transactions',
    title: 'Card transactions',
    description:
      'Card purchases over a month, about 1 % of them odd: card testing, impossible journeys, amounts out of line.',
    file: 'card-transactions.csv',
    rows: cardTransactions(),
    delimiter: ',',
  },
  {
    sampleId: 'invoices',
    title: 'Invoices (semicolons, decimal commas)',
    description:
      'Invoice lines as a European spreadsheet saves them; about 2 % carry slips: a digit too many, a wrong sign, VAT turned round.',
    file: 'invoices.csv',
    rows: invoices(),
    delimiter: ';',
  },
]

mkdirSync(folder, { recursive: true })
for (const { file, rows, delimiter } of samples)
  writeFileSync(join(folder, file), rows.map((row) => `${row.join(delimiter)}\n`).join(''))
const listed = samples.map(({ sampleId, title, description, file }) => ({
  sampleId,
  title,
  description,
  file,
}))
writeFileSync(join(folder, 'samples.json'), `${JSON.stringify(listed, null, 2)}\n`)
