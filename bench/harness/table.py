"""Results as they are collected, and the tables they become."""
import json


class Results:
    def __init__(self):
        self.rows = []  # measure, peer, metric, unit, value
        self.notes = []  # measure, peer, why there is no value

    def add(self, measure, peer, metric, unit, value):
        self.rows.append({"measure": measure, "peer": peer, "metric": metric, "unit": unit,
                          "value": value})

    def note(self, measure, peer, why):
        self.notes.append({"measure": measure, "peer": peer, "why": why})

    def reference(self, measure, metric):
        """(peer, value) the ratios are to: the floor, or the best peer where the floor has no value
        or 0. No peer is measured against Holdfast, and counts have no ratio."""
        rows = [r for r in self.rows if (r["measure"], r["metric"]) == (measure, metric)
                and r["unit"] and r["value"] and r["peer"] != "holdfast"]
        floor = [r for r in rows if r["peer"] == "C floor"]
        best = min(floor or rows, key=lambda row: row["value"], default=None)
        return (best["peer"], best["value"]) if best else ("", None)

    def with_ratios(self):
        for row in self.rows:
            to, value = self.reference(row["measure"], row["metric"])
            yield row | {"ratio": row["value"] / value if value else None, "ratio_to": to}

    def text(self, measure, title):
        rows = [r for r in self.with_ratios() if r["measure"] == measure]
        metrics = list(dict.fromkeys((r["metric"], r["unit"]) for r in rows))
        lines = ["", title]
        if rows:
            lines.append(_line("", [f"{metric} [{unit}]" if unit else metric for metric, unit in metrics]))
        for peer in dict.fromkeys(r["peer"] for r in rows):
            mine = {r["metric"]: r for r in rows if r["peer"] == peer}
            lines.append(_line(peer, [_cell(mine.get(metric)) for metric, _ in metrics]))
        if any(r["ratio"] is not None for r in rows):
            lines.append(_line("x is to", [self.reference(measure, m)[0] for m, _ in metrics]))
        lines += [f"  {n['peer']}: {n['why']}" for n in self.notes if n["measure"] == measure]
        return "\n".join(lines)

    def write(self, path, conditions):
        with open(path, "w", encoding="utf-8") as file:
            json.dump(conditions | {"results": list(self.with_ratios()), "missing": self.notes},
                      file, indent=1)
            file.write("\n")


def _cell(row):
    if row is None:
        return "-"
    ratio = row["ratio"]
    return _number(row["value"]) + (" " * 9 if ratio is None else f" {_number(ratio):>7}x")


def _number(value):
    return f"{value:.0f}" if value >= 1000 else f"{value:.3g}" if value >= 1 else f"{value:.2g}"


def _line(head, cells):
    return (f"  {head:<17}" + "".join(f"{cell:>25}" for cell in cells)).rstrip()
