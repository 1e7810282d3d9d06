"""The book's two pictures: bars by peer, and how the cost of a leapfrog grows.

Colours are Okabe and Ito's; our bars are also hatched, and lines differ in marker and dash, so
that both pictures can be read in grey.
"""

import pathlib

NAMES = {
    "ours": "bnn_teach",
    "nutpie": "nutpie",
    "blackjax": "BlackJAX",
    "blackjax_dense": "BlackJAX, our form",
    "numpyro": "NumPyro",
    "pymc": "PyMC",
    "tfp": "TFP",
}
OURS, PEER, GREY = "#0072B2", "#D9D9D9", "#595959"
BARS = (
    ("bnn", "wall_us", "µs a leapfrog,\nlower is better", False),
    ("mixing", "ess_per_second", "ESS of f a second,\nhigher is better", True),
    ("cold", "cold_wall", "seconds, import to trace,\nlower is better", False),
)
SWEEPS = {
    "num_points": "data points",
    "width": "units in a layer",
    "chains": "chains",
    "depth": "depth of the trees",
}


def draw(summary, folder):
    """Write ``benchmarks.png`` and ``benchmark_sweeps.png`` into ``folder``."""
    import matplotlib as mpl

    mpl.use("Agg")
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in (("benchmarks", bars), ("benchmark_sweeps", growth)):
        fig = picture(summary)
        fig.savefig(folder / f"{name}.png", dpi=110)


def bars(summary):
    """Draw one panel for each of :data:`BARS`, best on top."""
    import matplotlib.pyplot as plt

    fig, axes = plt.subplots(1, len(BARS), figsize=(9, 3), layout="constrained")
    for axis, (workload, key, label, more_is_better) in zip(axes, BARS, strict=True):
        rows = _rows(summary, workload, key)
        rows.sort(key=lambda row: row[1], reverse=not more_is_better)
        for place, (peer, value) in enumerate(rows):
            ours = peer == "ours"
            axis.barh(
                place,
                value,
                color=OURS if ours else PEER,
                edgecolor="white" if ours else GREY,
                hatch="//" if ours else None,
            )
            axis.text(value, place, f" {value:.3g}", va="center", fontsize=8)
        axis.set_yticks(range(len(rows)), [NAMES[peer] for peer, _ in rows], fontsize=8)
        axis.set_xlabel(label, fontsize=8)
        axis.tick_params(axis="x", labelsize=8)
        axis.spines[["top", "right"]].set_visible(False)
        if key == "wall_us" and rows:
            axis.set_xscale("log")
            axis.set_xlim(0.5 * min(v for _, v in rows), 4 * max(v for _, v in rows))
        else:
            axis.margins(x=0.2)
    return fig


def _rows(summary, workload, key):
    """Return peers and values; a cold time only of runs that are as long as ours."""
    settings = summary["settings"].get(workload, {})
    return [
        (peer, row[key])
        for peer, row in summary["workloads"].get(workload, {}).items()
        if row.get(key) and (key != "cold_wall" or settings[peer] == settings["ours"])
    ]


def growth(summary):
    """Draw microseconds a leapfrog, wall and CPU, along each sweep."""
    import matplotlib.pyplot as plt

    fig, axes = plt.subplots(1, len(SWEEPS), figsize=(10, 2.8), layout="constrained")
    for axis, (field, label) in zip(axes, SWEEPS.items(), strict=True):
        points = summary["sweeps"].get(field, [])
        values = [point[field] for point in points]
        axis.plot(values, [p["wall_us"] for p in points], "o-", color=OURS, label="wall")
        axis.plot(values, [p["cpu_us"] for p in points], "s--", color="#D55E00", label="CPU")
        axis.set_xlabel(label, fontsize=8)
        axis.tick_params(labelsize=8)
        axis.spines[["top", "right"]].set_visible(False)
        if field in ("num_points", "width"):
            axis.set_xscale("log")
            axis.set_yscale("log")
        else:
            axis.set_ylim(0)
            axis.set_xticks(values)
    axes[0].set_ylabel("µs a leapfrog", fontsize=8)
    axes[-1].legend(fontsize=8, frameon=False)
    return fig
