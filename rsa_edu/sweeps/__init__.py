"""A grid of runs, each measured once, on all cores or on a cluster, and kept in a store."""

from rsa_edu.sweeps.check import Verdict, check
from rsa_edu.sweeps.cluster import ClusterError
from rsa_edu.sweeps.costs import Cost, costs
from rsa_edu.sweeps.fresh import in_fresh_process
from rsa_edu.sweeps.grid import distinct, grid, names, plan, read_sweep
from rsa_edu.sweeps.measure import measure
from rsa_edu.sweeps.run import Failure, SweepRun, sweep
from rsa_edu.sweeps.settings import RunSettings

__all__ = [
    "ClusterError",
    "Cost",
    "Failure",
    "RunSettings",
    "SweepRun",
    "Verdict",
    "check",
    "costs",
    "distinct",
    "grid",
    "in_fresh_process",
    "measure",
    "names",
    "plan",
    "read_sweep",
    "sweep",
]
