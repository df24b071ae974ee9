"""Where the runs of a figure are from, folded under it."""

import html

import ipywidgets

from rsa_edu import results


def provenance(*sweeps: str) -> ipywidgets.HTML:
    """What the shipped sweeps of these names say of themselves."""
    made = html.escape(" ".join(str(results.sweep(name)) for name in sweeps))
    return ipywidgets.HTML(f"<details><summary>Where these runs are from</summary>{made}</details>")
