#!/usr/bin/env python3
"""Writes the CSV files of the sample projects.

    python3 tests/projects/generate.py            write every file
    python3 tests/projects/generate.py --check    compare with what is committed, write nothing

Standard library only. Every project has its own seed and draws only on `Random.random()`, whose sequence
Python guarantees for a seed, so the files do not depend on the version of Python.
"""

import csv
import io
import math
import random
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent


class Dice:
    """Draws from one seeded sequence."""

    def __init__(self, seed):
        self._random = random.Random(seed).random

    def unit(self):
        return self._random()

    def below(self, n):
        return int(self._random() * n)

    def between(self, low, high):
        """An integer from low to high, both included."""
        return low + self.below(high - low + 1)

    def pick(self, values):
        return values[self.below(len(values))]

    def weighted(self, pairs):
        """One of [(value, weight), …]."""
        point = self._random() * sum(weight for _, weight in pairs)
        for value, weight in pairs:
            point -= weight
            if point < 0:
                return value
        return pairs[-1][0]

    def normal(self, mean, deviation):
        """Box–Muller; one value for two draws."""
        radius = math.sqrt(-2.0 * math.log(1.0 - self._random()))
        return mean + deviation * radius * math.cos(2.0 * math.pi * self._random())


def table(header, rows):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def cents(amount):
    return f"{amount // 100}.{amount % 100:02d}"


def stamp(moment):
    return moment.strftime("%Y-%m-%d %H:%M:%S")


# --------------------------------------------------------------------------------------------------------------------
# ecommerce: a year of an outdoor shop
# --------------------------------------------------------------------------------------------------------------------

CITIES = {
    "Northeast": ["Boston", "New York", "Philadelphia", "Pittsburgh", "Buffalo", "Providence", "Hartford", "Portland ME",
                  "Burlington", "Albany"],
    "Midwest": ["Chicago", "Minneapolis", "Milwaukee", "Madison", "Detroit", "Columbus", "Cleveland", "St Louis",
                "Kansas City", "Omaha"],
    "South": ["Atlanta", "Austin", "Dallas", "Houston", "Nashville", "Charlotte", "Raleigh", "Asheville", "Richmond",
              "Miami"],
    "West": ["Seattle", "Portland", "San Francisco", "Los Angeles", "San Diego", "Denver", "Boulder", "Salt Lake City",
             "Boise", "Phoenix"],
}
SMALL_CITIES = {
    "Northeast": ["Boston", "New York", "Pittsburgh"],
    "Midwest": ["Chicago", "Minneapolis", "O'Fallon"],
    "South": ["Atlanta", "Austin", "Nashville"],
    "West": ["Denver", "Portland", "Seattle"],
}
FIRST_NAMES = ["Ada", "Ben", "Carla", "Dmitri", "Elena", "Frank", "Grace", "Hugo", "Ines", "Jonas", "Kira", "Liam", "Maya",
               "Noah", "Olga", "Priya", "Quinn", "Rosa", "Sam", "Tara", "Umar", "Vera", "Wes", "Yuki", "Zoe"]
LAST_NAMES = ["Abbott", "Baker", "Castillo", "Dunn", "Eriksen", "Flores", "Gruber", "Hayes", "Ito", "Jensen", "Kowalski",
              "Lindgren", "Moreau", "Nakamura", "Osei", "Patel", "Quist", "Romero", "Schmidt", "Tran", "Underwood", "Vasquez",
              "Walsh", "Young", "Zeller"]
# category: (nouns, lowest and highest list price in dollars)
CATEGORIES = {
    "Tents": (["Dome Tent", "Tunnel Tent", "Tarp", "Bivy", "Family Tent", "Footprint", "Screen House", "Awning",
               "Ultralight Tent", "Four Season Tent"], 39, 620),
    "Sleeping": (["Down Bag", "Synthetic Bag", "Quilt", "Air Mat", "Foam Mat", "Liner", "Pillow", "Hammock", "Cot",
                  "Double Bag"], 18, 430),
    "Backpacks": (["Daypack", "Trekking Pack", "Hip Pack", "Hydration Pack", "Duffel", "Rolltop", "Child Carrier",
                   "Dry Bag", "Rain Cover", "Ski Pack"], 15, 340),
    "Footwear": (["Hiking Boot", "Trail Runner", "Approach Shoe", "Sandal", "Winter Boot", "Camp Slipper", "Gaiter",
                  "Wool Sock", "Insole", "Mountain Boot"], 12, 320),
    "Jackets": (["Rain Shell", "Down Jacket", "Fleece", "Wind Shirt", "Softshell", "Parka", "Vest", "Poncho",
                 "Insulated Hoody", "Anorak"], 45, 460),
    "Kitchen": (["Gas Stove", "Alcohol Stove", "Cook Set", "Mug", "Spork", "Kettle", "Pan", "Coffee Press", "Bear Can",
                 "Windscreen"], 6, 180),
    "Lighting": (["Headlamp", "Lantern", "Torch", "String Light", "Bike Light", "Beacon", "Solar Lamp", "Candle Lantern",
                  "Battery Pack", "Solar Panel"], 9, 160),
    "Climbing": (["Harness", "Rope", "Helmet", "Chalk Bag", "Belay Device", "Quickdraw Set", "Sling", "Climbing Shoe",
                  "Crash Pad", "Cam"], 8, 290),
    "Navigation": (["Compass", "GPS Watch", "Map Case", "Altimeter", "Handheld GPS", "Satellite Messenger", "Whistle",
                    "Binoculars", "Pace Counter", "Trail Guide"], 5, 520),
    "Water": (["Filter", "Bottle", "Bladder", "Purifier", "Flask", "Collapsible Jug", "Tablet Pack", "Insulated Bottle",
               "Bucket", "Shower Bag"], 7, 120),
}
LINES = ["Talus", "Juniper", "Cirque", "Ember", "Lowland"]
BRANDS = ["Northline", "Fjellvik", "Harrow Peak", "Common Trail", "Saltgrass", "Ibex Works"]


def shop(seed, customers, products, orders, items, cities):
    dice = Dice(seed)
    first_day = date(2025, 1, 1)

    customer_rows = []
    spread = [(city, region, 1.0 + 3.0 / (rank + 1)) for region, names in cities.items() for rank, city in enumerate(names)]
    for number in range(1, customers + 1):
        city, region = dice.weighted([((city, region), weight) for city, region, weight in spread])
        segment = dice.weighted([("Consumer", 71), ("Club", 19), ("Outfitter", 10)])
        signed_up = date(2022, 3, 1) + timedelta(days=dice.below(1370))
        customer_rows.append([number, dice.pick(FIRST_NAMES), dice.pick(LAST_NAMES), city, region, segment, signed_up])
    places = {row[0]: row for row in customer_rows}

    product_rows = []
    catalogue = [(category, noun, line) for line in LINES for category, (nouns, _, _) in CATEGORIES.items() for noun in nouns]
    for number, (category, noun, line) in enumerate(catalogue[:products], start=1):
        _, low, high = CATEGORIES[category]
        price = int(100 * low * (high / low) ** dice.unit()) // 100 * 100 + 95
        cost = int(price * (0.42 + 0.26 * dice.unit()))
        product_rows.append([number, f"{category[:3].upper()}-{number:04d}", f"{line} {noun}", category, dice.pick(BRANDS),
                             cents(cost), cents(price)])
    prices = [int(row[6].replace(".", "")) for row in product_rows]

    counts = [1] * orders
    left = items - orders
    while left:
        at = dice.below(orders)
        if counts[at] < 8:
            counts[at] += 1
            left -= 1

    # December sells about twice as much as February
    season = [0.85, 0.75, 0.9, 1.0, 1.15, 1.2, 1.15, 1.1, 0.95, 0.95, 1.35, 1.65]
    days = [first_day + timedelta(days=n) for n in range(365)]
    weights = [(day, season[day.month - 1] * (1.25 if day.weekday() >= 5 else 1.0)) for day in days]
    moments = []
    for _ in range(orders):
        day = dice.weighted(weights)
        hour = dice.weighted([(h, 1 + 6 * math.exp(-((h - 19.5) ** 2) / 18) + 2 * math.exp(-((h - 12) ** 2) / 6)) for h in range(24)])
        moments.append(datetime(day.year, day.month, day.day, hour, dice.below(60), dice.below(60)))
    moments.sort()

    order_rows, item_rows = [], []
    for number, moment in enumerate(moments, start=1):
        customer = 1 + int(customers * dice.unit() ** 1.3)
        segment = places[customer][5]
        channel = dice.weighted([("web", 50), ("app", 29), ("store", 16), ("phone", 5)])
        status = dice.weighted([("delivered", 86), ("returned", 8), ("cancelled", 6)])
        if moment >= datetime(2025, 12, 27) and status == "delivered":
            status = "shipped"
        coupon = dice.weighted([("", 78), ("WELCOME10", 9), ("TRAIL15", 8), ("CLUB5", 5)])
        percent = {"": 0, "WELCOME10": 10, "TRAIL15": 15, "CLUB5": 5}[coupon]
        subtotal = 0
        for _ in range(counts[number - 1]):
            product = 1 + int(products * dice.unit() ** 1.15)
            quantity = dice.weighted([(1, 72), (2, 18), (3, 6), (4, 4)]) * (3 if segment == "Outfitter" and dice.unit() < 0.4 else 1)
            unit_price = prices[product - 1]
            item_rows.append([len(item_rows) + 1, number, product, quantity, cents(unit_price), percent])
            subtotal += quantity * unit_price * (100 - percent) // 100
        shipping = 0 if channel == "store" or subtotal >= 15000 else dice.pick([495, 795, 1295])
        order_rows.append([number, customer, stamp(moment), channel, status, coupon, cents(shipping), cents(subtotal + shipping)])

    # the plan has the shape of the season, in round figures
    taken = sum(int(row[7].replace(".", "")) for row in order_rows if row[4] != "cancelled")
    step = max(500, taken // (100 * 12 * 20) // 500 * 500)
    target_rows = [[f"2025-{month:02d}", round(20 * weight) * step] for month, weight in enumerate(season, start=1)]

    return {
        "targets.csv": table(["month", "target_revenue"], target_rows),
        "customers.csv": table(["customer_id", "first_name", "last_name", "city", "region", "segment", "signed_up_on"], customer_rows),
        "products.csv": table(["product_id", "sku", "product_name", "category", "brand", "unit_cost", "list_price"], product_rows),
        "orders.csv": table(["order_id", "customer_id", "ordered_at", "channel", "status", "coupon_code", "shipping_fee", "total"], order_rows),
        "order_items.csv": table(["order_item_id", "order_id", "product_id", "quantity", "unit_price", "discount_percent"], item_rows),
    }


# --------------------------------------------------------------------------------------------------------------------
# support-tickets: a quarter of a help desk
# --------------------------------------------------------------------------------------------------------------------

TEAMS = ["Accounts", "Billing", "Integrations", "Platform"]
# priority: (share, first reply due in minutes, solution due in hours)
PRIORITIES = {"urgent": (6, 30, 8), "high": (19, 120, 24), "normal": (55, 480, 72), "low": (20, 1440, 168)}
EXPORTED = datetime(2026, 6, 30)


def help_desk(seed, tickets, days):
    dice = Dice(seed)
    first_day = (EXPORTED - timedelta(days=days)).date()

    agent_rows, staff = [], {team: [] for team in TEAMS}
    for number in range(1, 19):
        team = TEAMS[number % 4]
        name = f"{FIRST_NAMES[(number * 7) % 25]} {LAST_NAMES[(number * 11) % 25]}"
        shift = "night" if number in (5, 10, 16) else "late" if number % 3 == 0 else "early"
        agent_rows.append([number, name, team, "Lisbon" if number % 5 < 3 else "Toronto", shift])
        staff[team].append(number)

    moments = []
    calendar = [first_day + timedelta(days=n) for n in range(days)]
    outage = date(2026, 6, 16)
    weights = [(day, (0.35 if day.weekday() >= 5 else 1.0 - 0.06 * day.weekday()) * (3.2 if day == outage else 1.0)) for day in calendar]
    for _ in range(tickets):
        day = dice.weighted(weights)
        hour = dice.weighted([(h, 0.6 + 5 * math.exp(-((h - 13) ** 2) / 24)) for h in range(24)])
        moments.append(datetime(day.year, day.month, day.day, hour, dice.below(60), dice.below(60)))
    moments.sort()

    ticket_rows = []
    for number, opened in enumerate(moments, start=1):
        stormy = opened.date() == outage
        team = "Platform" if stormy and dice.unit() < 0.75 else dice.weighted([("Accounts", 24), ("Billing", 31), ("Integrations", 18), ("Platform", 27)])
        priority = dice.weighted([(name, share * (4 if stormy and name == "urgent" else 1)) for name, (share, _, _) in PRIORITIES.items()])
        channel = dice.weighted([("email", 46), ("chat", 29), ("web form", 18), ("phone", 7)])
        plan = dice.weighted([("Starter", 38), ("Growth", 43), ("Enterprise", 19)])
        agent = "" if dice.unit() < 0.04 else dice.pick(staff[team])
        _, reply_due, solve_due = PRIORITIES[priority]
        speed = (0.45 if channel in ("chat", "phone") else 1.0) * (1.9 if stormy else 1.0) * (0.8 if plan == "Enterprise" else 1.0)
        replied = opened + timedelta(minutes=int(1 + 0.48 * speed * reply_due * math.exp(dice.normal(0, 0.75))))
        solved = replied + timedelta(minutes=int(5 + 0.42 * speed * solve_due * 60 * math.exp(dice.normal(0, 0.9))))
        if agent == "" or dice.unit() < 0.015 or replied >= EXPORTED:
            replied = None
        if replied is None or dice.unit() < 0.03 or solved >= EXPORTED:
            solved = None
        reopened = dice.weighted([(0, 91), (1, 8), (2, 1)]) if solved else 0
        score = ""
        if solved and dice.unit() < 0.37:
            late = (solved - opened).total_seconds() > solve_due * 3600
            score = dice.weighted([(1, 18), (2, 17), (3, 25), (4, 25), (5, 15)] if late or reopened else [(1, 3), (2, 5), (3, 15), (4, 35), (5, 42)])
        ticket_rows.append([number, stamp(opened), stamp(replied) if replied else "", stamp(solved) if solved else "", team, priority,
                            channel, plan, agent, reopened, score])

    policy_rows = [[name, reply, solve] for name, (_, reply, solve) in PRIORITIES.items()]
    return {
        "agents.csv": table(["agent_id", "agent_name", "team", "site", "shift"], agent_rows),
        "sla_policies.csv": table(["priority", "reply_minutes", "resolve_hours"], policy_rows),
        "tickets.csv": table(["ticket_id", "opened_at", "first_reply_at", "resolved_at", "team", "priority", "channel", "plan",
                              "agent_id", "reopened", "satisfaction"], ticket_rows),
    }


# --------------------------------------------------------------------------------------------------------------------
# iot-sensors: a month of the air in two buildings
# --------------------------------------------------------------------------------------------------------------------

# room: (building, floor, degrees above the building's mean, people on a working day)
ROOMS = {
    "Lobby": ("Mill", 0, -0.8, 3), "Kitchen": ("Mill", 0, 1.2, 6), "Library": ("Mill", 1, 0.0, 5), "Meeting Room": ("Mill", 1, 0.6, 9),
    "Office North": ("Mill", 2, -0.3, 11), "Office South": ("Mill", 2, 1.5, 12),
    "Workshop": ("Annex", 0, -1.6, 5), "Storage": ("Annex", 0, -2.4, 0), "Server Room": ("Annex", 0, 2.2, 0), "Lab 1": ("Annex", 1, -0.4, 6),
    "Lab 2": ("Annex", 1, 0.1, 4), "Greenhouse": ("Annex", 2, 3.4, 1),
}


def sensor_net(seed, days, rooms, minutes):
    dice = Dice(seed)
    start = datetime(2026, 6, 1)
    hours = days * 24

    weather_rows, outside = [], []
    swing = 0.0
    for n in range(hours + 1):
        swing = 0.97 * swing + dice.normal(0, 0.42)
        degrees = 17.5 + swing + 5.2 * math.sin(2 * math.pi * ((n % 24) - 9.5) / 24) + 2.0 * n / hours
        outside.append(degrees)
        rain = dice.unit() * 2.4 if swing < -0.9 and dice.unit() < 0.5 else 0.0
        if n < hours:
            weather_rows.append([stamp(start + timedelta(hours=n)), f"{degrees:.1f}", f"{max(0.0, 9 + dice.normal(0, 4.5)):.1f}", f"{rain:.1f}"])

    sensor_rows, reading_rows = [], []
    for room in rooms:
        building, floor, _, _ = ROOMS[room]
        for place in ("door", "window"):
            number = len(sensor_rows) + 1
            sensor_rows.append([f"S{number:02d}", room, building, floor, place, date(2025, 3, 3) + timedelta(days=17 * number)])

    steps = days * 24 * 60 // minutes
    for step in range(steps):
        now = start + timedelta(minutes=step * minutes)
        hour = now.hour + now.minute / 60
        n = step * minutes / 60
        low = int(n)
        air = outside[low] + (outside[low + 1] - outside[low]) * (n - low)
        busy = math.exp(-((hour - 13) ** 2) / 14) * (0.08 if now.weekday() >= 5 else 1.0)
        for at, (sensor, room, building, floor, place, _) in enumerate(sensor_rows):
            if dice.unit() < 0.022 or (sensor == "S07" and 11 <= now.day <= 12):
                continue
            _, _, warmer, people = ROOMS[room]
            share = 0.22 if place == "window" else 0.12
            if room == "Greenhouse":
                share += 0.25
            degrees = 21.4 + warmer * 0.7 + share * (air - 18) + 0.06 * people * busy + dice.normal(0, 0.16)
            humid = 47 - 1.1 * (degrees - 21) + (14 if room == "Greenhouse" else 6 * busy if room == "Kitchen" else 0) + dice.normal(0, 1.1)
            carbon = 425 + 52 * people * busy * (0.8 if place == "window" else 1.0) + abs(dice.normal(0, 14))
            # the cooling of the server room fails one night; a few readings are simply wrong
            if room == "Server Room" and now.day == 18 and 1 <= hour < 6:
                degrees += 1.9 * (hour - 1)
            elif dice.unit() < 0.0016:
                degrees += dice.pick([-9.0, -6.5, 7.5, 11.0])
            volts = 3.05 - 0.25 * step / steps - 0.011 * at + dice.normal(0, 0.004)
            reading_rows.append([stamp(now), sensor, f"{degrees:.2f}", "" if dice.unit() < 0.012 else f"{humid:.1f}", round(carbon), f"{volts:.2f}"])

    weather = table(["observed_at", "outdoor_temp", "wind_kmh", "rain_mm"], weather_rows).replace(",", ";")
    return {
        "sensors.csv": table(["sensor_id", "room", "building", "floor", "place", "installed_on"], sensor_rows),
        "readings.csv": table(["taken_at", "sensor_id", "temperature", "humidity", "co2", "battery"], reading_rows),
        "weather.csv": weather,
    }


def all_files():
    small_shop = shop(7, customers=60, products=40, orders=240, items=560, cities=SMALL_CITIES)
    yield "ecommerce", shop(2025, customers=1300, products=500, orders=5000, items=12000, cities=CITIES)
    yield "broken/ecommerce", {name: text for name, text in small_shop.items() if name != "targets.csv"}
    yield "broken/ecommerce-ten", small_shop
    yield "support-tickets", help_desk(90, tickets=8000, days=90)
    yield "broken/support-tickets", help_desk(9, tickets=300, days=21)
    yield "iot-sensors", sensor_net(30, days=30, rooms=list(ROOMS), minutes=20)
    yield "broken/iot-sensors", sensor_net(3, days=7, rooms=["Lobby", "Kitchen", "Server Room"], minutes=60)


def main():
    check = "--check" in sys.argv[1:]
    differing = []
    for project, files in all_files():
        for name, text in files.items():
            path = HERE / project / "data" / name
            data = text.encode()
            if check:
                if not path.exists() or path.read_bytes() != data:
                    differing.append(path)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            print(f"{path.relative_to(HERE)}: {text.count(chr(10)) - 1} rows, {len(data):,} bytes")
    for path in differing:
        print(f"{path.relative_to(HERE)} differs from what the generator writes", file=sys.stderr)
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
