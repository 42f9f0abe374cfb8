"""What a row of the bench says: a figure of ours, its ceiling, the aim, and the rounds they came from."""
import dataclasses
import statistics
import unicodedata


def percentile(values, share):
    """The value below which `share` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclasses.dataclass
class Figure:
    """`aim` is held against the ratio to the ceiling, or where there is none against the value. A peer's ratio is ours in
    parts of the peer's."""
    name: str
    unit: str
    aim: str = ""      # such as ">= 0.6" or "< 300"; empty: a figure that explains another
    peer: str = ""     # whose figure it is, if not ours
    detail: str = ""
    rounds: list = dataclasses.field(default_factory=list)
    ours: float = None  # of a peer: our figure of the same, in its unit
    without_log: float = None  # of `disk`: the value without RocksDB's log

    def add(self, value, ceiling=None):
        self.rounds.append({"value": value, "ceiling": ceiling})

    @property
    def value(self):
        return statistics.median(r["value"] for r in self.rounds)

    @property
    def spread(self):
        """Half the way from the least to the greatest, in parts of the median."""
        values = [r["value"] for r in self.rounds]
        return (max(values) - min(values)) / 2 / self.value if self.value else 0

    @property
    def ceiling(self):
        values = [r["ceiling"] for r in self.rounds if r["ceiling"] is not None]
        return statistics.median(values) if values else None

    @property
    def ratio(self):
        """Median of the rounds' ratios: what disturbs the machine disturbs both halves of a round."""
        if self.ours is not None:
            return self.ours / self.value
        ratios = [r["value"] / r["ceiling"] for r in self.rounds if r["ceiling"]]
        return statistics.median(ratios) if ratios else None

    @property
    def is_met(self):
        if not self.aim:
            return None
        sign, limit = self.aim.split()
        held = self.value if self.ratio is None else self.ratio
        return {"<": held < float(limit), "<=": held <= float(limit), ">=": held >= float(limit)}[sign]

    def as_json(self):
        found = {"name": self.name, "value": self.value, "unit": self.unit, "ceiling": self.ceiling,
                 "ratio": self.ratio, "aim": self.aim, "rounds": self.rounds, "detail": self.detail}
        return found | ({"peer": self.peer} if self.peer else {})


def short(number):
    if number is None:
        return "–"
    if abs(number) >= 10_000:
        return f"{number / 1000:.1f} k"
    return f"{number:.0f}" if abs(number) >= 100 else f"{number:.2f}"


def width(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def title(name, peer=""):
    return f"{name} ({peer})" if peer else name


def lines(rows):
    """Lines of a Markdown table, its columns aligned; the first row is the head."""
    widths = [max(width(row[i]) for row in rows) for i in range(len(rows[0]))]
    found = ["| " + " | ".join(c + " " * (w - width(c)) for c, w in zip(row, widths)) + " |" for row in rows]
    found.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
    return found


def table(figures):
    """The table, and below it what there is to say about each row."""
    rows = [["row", "value", "spread", "ceiling", "ratio", "aim", "", "unit"]]
    for f in figures:
        met = {True: "met", False: "missed", None: ""}[f.is_met]
        ratio = "–" if f.ratio is None else f"{f.ratio:.2f}"
        rows.append([title(f.name, f.peer), short(f.value), f"± {f.spread * 100:.0f} %", short(f.ceiling), ratio,
                     f.aim or "–", met, f.unit])
    notes = [f"{title(f.name, f.peer)}: {f.detail}" for f in figures if f.detail]
    return "\n".join(lines(rows) + ["", *notes])
