"""Two runs of the bench of different sizes, side by side: what of each ratio is left when there is ten times as much."""
import figures
from place import shape

AIM = 0.9
BOUNDS = {"memory"}     # whose ratio is a limit and no speed


def kept(small, large):
    """What is left of the ratio, more than 1 being better; None where there is none, or a peer's."""
    if not small["ratio"] or not large["ratio"] or small["name"] in BOUNDS or small.get("peer"):
        return None
    part = large["ratio"] / small["ratio"]
    return 1 / part if small["aim"].startswith("<") else part


def table(small, large):
    """Text: the comparison, and what was handed in to each. Which of the two is the larger one is seen from them."""
    small, large = sorted((small, large), key=lambda run: run[0]["input"]["rows"])
    rows = [["row", "small", "large", "ratio small", "ratio large", "kept", "aim", "", "unit"]]
    others = {(f["name"], f.get("peer", "")): f for f in large}
    for a in small:
        b = others.get((a["name"], a.get("peer", "")))
        if not b:
            continue
        part = kept(a, b)
        ratios = ["–" if f["ratio"] is None else f"{f['ratio']:.2f}" for f in (a, b)]
        rows.append([figures.title(a["name"], a.get("peer")), figures.short(a["value"]), figures.short(b["value"]), *ratios,
                     *(("–", "–", "") if part is None else (f"{part:.2f}", f">= {AIM}", "met" if part >= AIM else "missed")),
                     a["unit"]])
    if len(rows) == 1:
        raise SystemExit("bench: the two files have no row in common")
    lines = ["`kept` is the ratio of the large run over that of the small one, or its reverse where less is better.", "",
             *figures.lines(rows), ""]
    for name, run in (("small", small), ("large", large)):
        lines.append(f"{name}: {shape(run[0]['input'])}")
        lines += [f"{name}, {figures.title(f['name'], f.get('peer'))}: {f['detail']}" for f in run if f["detail"]]
    return "\n".join(lines)
